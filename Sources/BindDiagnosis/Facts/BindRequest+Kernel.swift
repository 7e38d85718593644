internal import CBindDiagnosis
internal import Glibc
internal import SockDiagWire

extension BindRequest {
  /// The request in the form of the C layer.
  ///
  /// - Throws: ``BindFactError/Code/unsupported`` for a protocol other than TCP and UDP.
  func forKernel() throws(BindFactError) -> cbinddiagnosis_request {
    guard `protocol` == .tcp || `protocol` == .udp else {
      throw BindFactError(.unsupported, operation: "bind a socket of protocol \(`protocol`)", errno: EPROTONOSUPPORT)
    }
    return cbinddiagnosis_request(
      local: cbinddiagnosis_address(
        high: local.address.high, low: local.address.low, scope: scopeID, port: local.port,
        is_v6: local.address.family == .inet6),
      uid: uid, interface_index: interfaceIndex,
      port_bounds: portBounds.map { UInt32($0.highest) << 16 | UInt32($0.lowest) } ?? 0, options: options.rawValue,
      is_udp: `protocol` == .udp, is_multipath: isMultipath && `protocol` == .tcp,
      may_bind_privileged_ports: mayBindPrivilegedPorts)
  }

  /// The error of an attempt that failed before its bind; `nil` if the bind was made.
  func error(of outcome: cbinddiagnosis_outcome) -> BindFactError? {
    switch outcome.step {
    case CBINDDIAGNOSIS_BIND: nil
    case CBINDDIAGNOSIS_USER:
      BindFactError(.userRefused, operation: "make a socket as user \(uid)", errno: outcome.error)
    case CBINDDIAGNOSIS_CAPABILITY:
      BindFactError(.capabilityMissing, operation: "bind port \(local.port)", errno: outcome.error)
    case CBINDDIAGNOSIS_INTERFACE:
      BindFactError(
        outcome.error == ENODEV ? .unknownInterface : .optionRefused,
        operation: "bind a socket to interface \(interfaceIndex)", errno: outcome.error)
    case CBINDDIAGNOSIS_OPTION:
      BindFactError(
        outcome.error == ENOPROTOOPT ? .unsupported : .optionRefused,
        operation: "set \(Self.name(ofOption: outcome.option))", errno: outcome.error)
    case CBINDDIAGNOSIS_SOCKET:
      BindFactError(Self.code(ofSocketError: outcome.error), operation: "make a socket", errno: outcome.error)
    default: BindFactError(.system, operation: "start a thread", errno: outcome.error)
    }
  }

  private static func code(ofSocketError errno: Int32) -> BindFactError.Code {
    switch errno {
    case EAFNOSUPPORT: .unsupported
    case EACCES, EPERM: .socketRefused
    default: .system
    }
  }

  private static func name(ofOption bit: UInt8) -> String {
    switch BindOptions(rawValue: bit) {
    case .reuseAddress: "SO_REUSEADDR"
    case .reusePort: "SO_REUSEPORT"
    case .v6Only: "IPV6_V6ONLY"
    case .freebind: "IP_FREEBIND"
    case .transparent: "IP_TRANSPARENT"
    case .bindAddressNoPort: "IP_BIND_ADDRESS_NO_PORT"
    case .reusePortProgram: "SO_ATTACH_REUSEPORT_CBPF"
    default: "a socket option"
    }
  }
}
