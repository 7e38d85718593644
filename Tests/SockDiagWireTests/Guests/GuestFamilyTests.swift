import SockDiagTestKit
import SockDiagWire
import Testing

/// The sockets of families without IP addresses equal what the `ss` of each guest printed, word for word. `ss` prints no
/// DCCP, UDP-Lite and SMC sockets; those are in `GuestFactTests`.
@Suite struct GuestFamilyTests {
  /// The lines of `ss` with single spaces. A line break in the name of a UNIX socket continues the row.
  private static func rows(_ guest: Guest, _ question: String) throws -> [String] {
    try guest.text(question).split(separator: "\n").reduce(into: []) { rows, line in
      let isRow = ["u_", "p_", "v_", "??", "LISTEN", "ESTAB", "UNCONN"].contains { line.hasPrefix($0) }
      let text = SSLines.singleBlanks(line)
      if isRow || rows.isEmpty { rows.append(text) } else { rows[rows.count - 1] += " " + text }
    }
  }

  /// Compares all rows, in their order.
  ///
  /// - Parameters:
  ///   - count: The number of rows that the oldest guest has.
  ///   - values: The number of values, names included, that these rows have at least.
  private static func compare(
    _ guest: Guest, _ question: String, atLeast count: Int, values: Int, _ row: (CapturedSocket) -> String?
  ) throws {
    guard try guest.answered(question) else { return }
    let ours = try guest.sockets(question, for: .ss).map { try #require(row($0), "\($0)") }
    let theirs = try rows(guest, question)
    #expect(ours.count == theirs.count)
    for (ours, theirs) in zip(ours, theirs) { #expect(ours == theirs) }
    let compared = theirs.map { $0.split { " ,:()".contains($0) }.count }
    #expect(compared.count >= count && compared.reduce(0, +) >= values, "\(compared)")
  }

  @Test(arguments: Guest.all) func unixSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "unix", atLeast: 33, values: 650) { $0.unix.map { SSLines.row($0) } }
  }

  /// `ss` prints only columns; groups, flags, inodes and cookies are in `GuestFactTests`.
  @Test(arguments: Guest.all) func netlinkSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "netlink", atLeast: 19, values: 110) { $0.netlink.map { "UNCONN " + SSLines.columns($0) } }
  }

  /// `ss` prints no memberships; they are in `GuestFactTests`.
  @Test(arguments: Guest.all) func packetSocketsAreThoseOfSS(_ guest: Guest) throws {
    let interfaces = try guest.interfaces()
    try Self.compare(guest, "packet", atLeast: 9, values: 290) {
      $0.packet.map { SSLines.row($0, interfaces: interfaces) }
    }
  }

  /// `ss` prints only columns; inodes and cookies are in `GuestFactTests`.
  @Test(arguments: Guest.all) func vsockSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "vsock", atLeast: 3, values: 24) { $0.vsock.map { SSLines.row($0) } }
  }

  @Test(arguments: Guest.all) func xdpSocketsAreThoseOfSS(_ guest: Guest) throws {
    let interfaces = try guest.interfaces()
    try Self.compare(guest, "xdp", atLeast: 1, values: 60) { $0.xdp.map { SSLines.row($0, interfaces: interfaces) } }
  }

  /// `ss` prints no inodes, users and cookies; they are in `GuestFactTests`.
  @Test(arguments: Guest.all) func tipcSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "tipc", atLeast: 5, values: 70) { $0.tipc.map { SSLines.row($0) } }
  }
}
