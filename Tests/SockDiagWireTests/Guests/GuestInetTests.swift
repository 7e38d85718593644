import SockDiag
import SockDiagTestKit
import SockDiagWire
import Testing

/// The inet sockets of each guest equal what its `ss` printed. Both read the same messages, so no clock runs in between.
@Suite struct GuestInetTests {
  /// The captures, each with the number of figures that a comparison must have had at least.
  private static let questions = [
    ("tcp", 60), ("tcp-storage", 40), ("udp", 12), ("raw", 12), ("mptcp", 14), ("sctp", 18),
  ]

  /// How `ss` prints the columns of a socket.
  private static func columns(_ socket: InetSocket, _ interfaces: [UInt32: String]) -> [String] {
    [
      state(socket.state), String(socket.receiveQueue), String(socket.sendQueue),
      endpoint(socket.local, of: socket, interfaces[socket.interfaceIndex]), endpoint(socket.remote, of: socket, nil),
    ]
  }

  private static func state(_ state: SocketState) -> String {
    switch state {
    case .established: "ESTAB"
    case .close, .boundInactive: "UNCONN"
    default: state.description.uppercased()
    }
  }

  private static func endpoint(_ address: SocketAddress, of socket: InetSocket, _ interface: String?) -> String {
    let isWildcard = socket.family == .inet6 && address.address.isUnspecified && socket.isV6Only != true
    let host = isWildcard ? "*" : socket.family == .inet6 ? "[\(address.address)]" : "\(address.address)"
    return host + (interface.map { "%\($0)" } ?? "") + ":" + (address.port == 0 ? "*" : "\(address.port)")
  }

  @Test(arguments: Guest.all, questions)
  func everyRowAndFigureIsThatOfSS(_ guest: Guest, _ question: (name: String, figures: Int)) throws {
    guard try guest.answered(question.name) else { return }
    let rows = try guest.text(question.name).split(separator: "\n").map { line in
      // ss draws associations as branches of their endpoint.
      try #require(GuestRow(line.hasPrefix("`- ") ? line.dropFirst(3) : line), "\(line)")
    }
    var sockets = Dictionary(grouping: try guest.sockets(question.name, for: .ss).compactMap(\.inet)) {
      $0.cookie?.rawValue
    }
    #expect(sockets.values.joined().count == rows.count)
    let (cgroups, interfaces) = (try guest.cgroups(), try guest.interfaces())
    var compared: [String: Int] = [:]
    for row in rows {
      let cookie = try #require(row.cookie, "\(row)")
      let columns = [row.state] + row.queues + [row.local, row.remote]
      // An SCTP association has the cookie of its endpoint.
      let same = sockets[cookie] ?? []
      let index = try #require(
        same.firstIndex { Self.columns($0, interfaces) == columns } ?? same.indices.last, "\(row)")
      let socket = same[index]
      // ss asks twice for sockets that are only bound, and prints them twice.
      sockets[cookie]?.remove(at: index)
      #expect(Self.columns(socket, interfaces) == columns)
      var ours = SSFigures.figures(of: socket, cgroups: cgroups)
      // On a big-endian machine ss reads this 16-bit number as one of 32 bits.
      if guest.isBigEndian, let length = ours["maplen"].flatMap({ UInt32($0) }) { ours["maplen"] = "\(length << 16)" }
      // Values of BPF programs stay in the byte order of their machine.
      if guest.isBigEndian {
        for name in ours.keys where name.hasPrefix("map_id.") {
          ours[name] = ours[name].flatMap { UInt32($0) }.map { String($0.byteSwapped) }
        }
      }
      let differences = SSFigures.differences(ours, row.details, within: nil, &compared)
      #expect(differences.isEmpty, "\(row)")
    }
    #expect(compared.count >= question.figures, "\(compared.keys.sorted())")
  }
}
