internal import BindDiagnosis
internal import SockDiag

/// Shell lines that add an address to an interface, or change it.
///
/// Without `nodad` an IPv6 address cannot be bound at first, because the kernel checks it for duplicates.
struct AddressLines {
  private let address: IPAddress
  private let obstacle: AddressObstacle?

  init(_ request: BindRequest, _ obstacle: AddressObstacle?) {
    address = request.local.address.unmapped
    self.obstacle = obstacle
  }

  /// Adds an address that no interface has.
  var adding: [String] {
    var interface: NetworkInterface?
    if case .absent(let named) = obstacle { interface = named }
    return [add(to: interface?.name)]
  }

  /// Sets an address again, without a check.
  var replacing: [String] {
    guard case .tentative(let interface, let length) = obstacle else { return [] }
    return [delete(interface, length), add(to: interface.name, length)]
  }

  /// Sets an address again, so that the kernel checks it once more.
  var resetting: [String] {
    guard case .duplicate(let interface, let length) = obstacle else { return [] }
    return [delete(interface, length), add(to: interface.name, length, isChecked: true)]
  }

  /// Turns IPv6 on for an interface, and adds the address. The kernel adds ::1 by itself.
  var enabling: [String] {
    guard case .refusesIPv6(let interface) = obstacle else { return [] }
    let isLoopback = address == IPAddress(v6: 0, 1)
    return [Self.setting("disable_ipv6", of: interface?.name, to: 0)] + (isLoopback ? [] : [add(to: interface?.name)])
  }

  private func add(to interface: String?, _ length: UInt8? = nil, isChecked: Bool = false) -> String {
    let bits = length ?? (address.family == .inet ? 32 : 128)
    let check = address.family == .inet || isChecked ? "" : " nodad"
    return "ip address add \(address)/\(bits) dev \(interface.map(ShellWord.quoted) ?? "INTERFACE")\(check)"
  }

  private func delete(_ interface: NetworkInterface, _ length: UInt8) -> String {
    "ip address del \(address)/\(length) dev \(ShellWord.quoted(interface.name))"
  }

  /// The command that changes a setting. If the name of the interface has a dot, as for VLANs, the separators are slashes,
  /// because sysctl would take the dot for a separator.
  private static func setting(_ name: String, of interface: String?, to value: Int) -> String {
    let interface = interface ?? "INTERFACE"
    let separator = interface.contains(".") ? "/" : "."
    let path = ["net", "ipv6", "conf", interface, name].joined(separator: separator)
    return "sysctl -w \(ShellWord.quoted(path))=\(value)"
  }
}
