internal import CSocketLaboratory

/// A socket option, applied after socket(2) and before bind(2).
public enum SocketOption: Sendable, Hashable {
  /// SO_REUSEADDR.
  case reuseAddress
  /// SO_REUSEPORT.
  case reusePort
  /// IPV6_V6ONLY.
  case v6Only(Bool)
  /// SO_MARK; needs CAP_NET_ADMIN in the namespace.
  case mark(UInt32)
  /// IP_TOS.
  case tos(UInt8)
  /// IPV6_TCLASS.
  case trafficClass(UInt8)
  /// TCP_CONGESTION, by the kernel's name of the algorithm.
  case congestion(String)
  /// SO_BINDTODEVICE.
  case bindToDevice(String)
  /// IP_FREEBIND or IPV6_FREEBIND.
  case freebind
  /// IP_TRANSPARENT or IPV6_TRANSPARENT.
  case transparent
  /// SO_KEEPALIVE, with the idle seconds before the first probe (TCP_KEEPIDLE).
  case keepAlive(idleSeconds: Int)
  /// SO_PRIORITY.
  case priority(Int)
  /// SO_RCVBUF; the kernel doubles it.
  case receiveBuffer(Int)
  /// SO_SNDBUF; the kernel doubles it.
  case sendBuffer(Int)
  /// TCP_NODELAY.
  case noDelay
  /// IP_BIND_ADDRESS_NO_PORT.
  case bindAddressNoPort
  /// IP_LOCAL_PORT_RANGE. 0 stands for no bound.
  case localPortRange(lowest: UInt16, highest: UInt16)
  /// SO_ATTACH_REUSEPORT_CBPF with a program that always chooses the first socket. The socket needs SO_REUSEPORT.
  case reusePortProgram
  /// SO_LINGER with a number of seconds. 0 makes close(2) reset the connection.
  case linger(seconds: Int)
  /// TCP_MD5SIG: the key (at most 80 bytes) for peers within a prefix.
  case md5(peer: LabAddress, prefix: Int, key: String)
}

extension LabSocket {
  /// Applies an option.
  public func set(_ option: SocketOption) throws {
    switch option {
    case .reuseAddress: try set(SOCKLAB_REUSE_ADDRESS, 1, option)
    case .reusePort: try set(SOCKLAB_REUSE_PORT, 1, option)
    case .v6Only(let value): try set(SOCKLAB_V6_ONLY, value ? 1 : 0, option)
    case .mark(let value): try set(SOCKLAB_MARK, Int(Int32(bitPattern: value)), option)
    case .tos(let value): try set(SOCKLAB_TOS, Int(value), option)
    case .trafficClass(let value): try set(SOCKLAB_TRAFFIC_CLASS, Int(value), option)
    case .freebind: try setByFamily(SOCKLAB_FREEBIND_V4, SOCKLAB_FREEBIND_V6, option)
    case .transparent: try setByFamily(SOCKLAB_TRANSPARENT_V4, SOCKLAB_TRANSPARENT_V6, option)
    case .keepAlive(let seconds):
      try set(SOCKLAB_KEEP_ALIVE_IDLE, seconds, option)
      try set(SOCKLAB_KEEP_ALIVE, 1, option)
    case .priority(let value): try set(SOCKLAB_PRIORITY, value, option)
    case .receiveBuffer(let value): try set(SOCKLAB_RECEIVE_BUFFER, value, option)
    case .sendBuffer(let value): try set(SOCKLAB_SEND_BUFFER, value, option)
    case .noDelay: try set(SOCKLAB_NO_DELAY, 1, option)
    case .bindAddressNoPort: try set(SOCKLAB_BIND_ADDRESS_NO_PORT, 1, option)
    case .localPortRange(let lowest, let highest):
      try set(SOCKLAB_LOCAL_PORT_RANGE, Int(highest) << 16 | Int(lowest), option)
    case .reusePortProgram: try check(socklab_attach_program(descriptor), "set \(option)")
    case .linger(let seconds): try set(SOCKLAB_LINGER, seconds, option)
    case .congestion, .bindToDevice, .md5: try setNamed(option)
    }
  }

  private func setNamed(_ option: SocketOption) throws {
    switch option {
    case .congestion(let name):
      // The kernel returns ENOENT for an unknown algorithm. For other calls ENOENT does not mean a missing feature.
      // SAFETY: the call reads the NUL-terminated name and keeps nothing.
      guard unsafe socklab_set_congestion(descriptor, name) == 0 else {
        throw LaboratoryError(.unsupported, "congestion control \(name)")
      }
    case .bindToDevice(let name):
      // SAFETY: the call reads the NUL-terminated name and keeps nothing.
      try check(unsafe socklab_set_device(descriptor, name), "set \(option)")
    case .md5(let peer, let prefix, let key):
      let endpoint = try LabEndpoint(peer, 0).forKernel()
      // SAFETY: the call reads the NUL-terminated key and keeps nothing.
      try check(unsafe socklab_set_md5(descriptor, endpoint, Int32(prefix), key), "set \(option)")
    default:
      throw LaboratoryError(.misuse, "\(option) has no name")
    }
  }

  private func set(_ name: socklab_option, _ value: Int, _ option: SocketOption) throws {
    try check(socklab_set(descriptor, name, Int32(truncatingIfNeeded: value)), "set \(option)")
  }

  private func setByFamily(_ v4: socklab_option, _ v6: socklab_option, _ option: SocketOption) throws {
    try set(try local().address.isV6 ? v6 : v4, 1, option)
  }
}
