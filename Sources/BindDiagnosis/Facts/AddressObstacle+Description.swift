internal import SockDiag

extension AddressObstacle: CustomStringConvertible {
  /// What is wrong with the address, as a clause without a full stop.
  public var description: String { clause("the address", isLinkLocal: false) }

  /// The name in documents.
  public var name: String {
    switch self {
    case .absent: "absent"
    case .onOtherInterface: "on-other-interface"
    case .tentative: "tentative"
    case .duplicate: "duplicate"
    case .refusesIPv6: "refuses-ipv6"
    }
  }

  /// The same about a certain address.
  func clause(about address: IPAddress) -> String { clause("\(address)", isLinkLocal: address.isLinkLocal) }

  private func clause(_ address: String, isLinkLocal: Bool) -> String {
    switch self {
    case .absent(let interface?) where isLinkLocal: "\(address) is not an address of \(interface.name)"
    case .absent: "\(address) is not an address of this host"
    case .onOtherInterface(let interface):
      "\(address) is an address of \(interface.name), and the socket is bound to another interface"
    case .tentative(let interface, _) where !interface.isUp:
      "\(address) cannot be checked for duplicates, because the interface \(interface.name) is down"
    case .tentative(let interface, _) where !interface.hasCarrier:
      "\(address) cannot be checked for duplicates, because the link of \(interface.name) is down"
    case .tentative(let interface, _):
      "\(address) is new on \(interface.name), and the kernel is still checking it for duplicates"
    case .duplicate(let interface, _):
      "another host on the link of \(interface.name) also has the address\(address == "the address" ? "" : " \(address)")"
    case .refusesIPv6(let interface?): "IPv6 is turned off on the interface \(interface.name)"
    case .refusesIPv6(nil): "IPv6 is turned off on all interfaces"
    }
  }
}
