import SocketLaboratory
import SocketLaboratoryKit

/// A pair of devices with unusable addresses: one is still being checked for duplicates, and one is a duplicate.
enum Devices {
  static let tentative = "2001:db8:7::1"
  static let failed = "2001:db8:7::2"

  static func make(in namespace: LabNamespace) throws {
    let lines = [
      "link add check0 type veth peer name check1", "link set check0 up", "link set check1 up",
      "address add \(failed)/64 dev check1 nodad", "address add \(failed)/64 dev check0",
    ]
    for line in lines { try run(line, in: namespace) }
    let complaints = try settled {
      let text = try namespace.run(["ip", "-6", "address", "show", "dev", "check0"]).outputText
      return text.contains("dadfailed") ? [] : [text]
    }
    if let complaint = complaints.first { throw Failure(what: complaint) }
    try run("address delete \(failed)/64 dev check1", in: namespace)
    // The answer to the only question takes longer than any run.
    try namespace.set("net.ipv6.neigh.check0.retrans_time_ms", to: 24 * 3_600_000)
    try run("address add \(tentative)/64 dev check0", in: namespace)
  }

  private static func run(_ line: String, in namespace: LabNamespace) throws {
    let result = try namespace.run(["ip"] + line.split(separator: " ").map(String.init))
    guard result.status == 0 else { throw Failure(what: "ip \(line): \(result.errorText)") }
  }

  struct Failure: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
  }
}
