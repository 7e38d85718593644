import SocketLaboratory
import SocketLaboratoryKit

/// A setting of the network namespace that differs from the default in one situation.
struct HostSetting {
  var name: String
  var value: String
  var usual: String

  static let some: [HostSetting] = [
    HostSetting(name: "net.ipv4.ip_nonlocal_bind", value: "1", usual: "0"),
    HostSetting(name: "net.ipv6.ip_nonlocal_bind", value: "1", usual: "0"),
    HostSetting(name: "net.ipv4.ip_unprivileged_port_start", value: "0", usual: "1024"),
    HostSetting(name: "net.ipv4.ip_unprivileged_port_start", value: "30001", usual: "1024"),
    HostSetting(name: "net.ipv6.bindv6only", value: "1", usual: "0"),
    HostSetting(name: "net.ipv4.ip_autobind_reuse", value: "1", usual: "0"),
    HostSetting(name: "net.ipv4.ip_local_reserved_ports", value: "1-65535", usual: "\n"),
  ]

  /// Runs `body` with the setting.
  static func with<Result>(
    _ setting: HostSetting?, in namespace: LabNamespace, _ body: () throws -> Result
  ) throws -> Result {
    guard let setting else { return try body() }
    try namespace.set(setting.name, to: setting.value)
    defer { try? namespace.set(setting.name, to: setting.usual) }
    return try body()
  }
}
