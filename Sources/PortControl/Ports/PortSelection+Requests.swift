public import BindDiagnosis
internal import SockDiag

extension PortSelection {
  /// The bind() calls of a program that takes the ports, one for each address, protocol and port.
  ///
  /// Without an address these are the addresses that servers bind by default: 0.0.0.0, and [::] if the host has IPv6.
  ///
  /// - Parameters:
  ///   - options: The socket options of the program.
  ///   - uid: Its user; by default the effective user of this process.
  public func requests(options: BindOptions = [], uid: UInt32? = nil) -> [BindRequest] {
    requests(options: options, uid: uid, where: { _, _ in true })
  }

  /// - Parameter isWanted: Chooses ports of ranges. Ports that are named by themselves are always there.
  func requests(
    options: BindOptions = [], uid: UInt32? = nil, where isWanted: (UInt16, TransportProtocol) -> Bool
  ) -> [BindRequest] {
    var requests: [BindRequest] = []
    for part in parts {
      for transport in part.transports {
        // The calls are alike but for the port, and to make them takes system calls.
        let calls = part.addresses(options).map { address in
          BindRequest(
            fromHere: transport, SocketAddress(address, port: part.ports.lowerBound), options: options, uid: uid,
            interfaceIndex: part.interfaceIndex)
        }
        for port in part.ports where part.ports.count == 1 || isWanted(port, transport) {
          requests += calls.map { call in
            var request = call
            request.local.port = port
            return request
          }
        }
      }
    }
    return requests
  }
}

extension PortSelection.Part {
  /// The addresses that a server binds. An IPv6 address that is asked for by itself stays, even if the host has no
  /// IPv6.
  fileprivate func addresses(_ options: BindOptions) -> [IPAddress] {
    var addresses: [IPAddress]
    switch place {
    case .anyAddress, .allAddresses: addresses = options.contains(.v6Only) ? [.anyV6] : [.anyV4, .anyV6]
    case .addresses(let asked):
      addresses = []
      for address in asked where !addresses.contains(address) { addresses.append(address) }
      if addresses.allSatisfy({ $0.family == .inet6 }) { return addresses }
    }
    return options.contains(.v6Only) ? addresses : addresses.bindable
  }
}
