import SockDiag
import SockDiagTestKit
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Random filters over the values of real sockets: the kernel selects the sockets that the filter describes.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FilterPropertyTests {
  /// The number of filters to try.
  private static let count = 2400

  @Test(arguments: [TransportProtocol.tcp, .udp])
  func kernelSelectsTheSocketsThatTheFilterDescribes(_ kind: TransportProtocol) async throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("filter seed: \(seed)")
    let (sockets, complaints) = try await Laboratory.withNew { laboratory in
      let scene = try FilterScene(in: laboratory, count: 500)
      return try withExtendedLifetime(scene) {
        var trial = try Trial(kind)
        return (
          trial.view.sockets.count,
          try trial.complaints(count: Trials.count(kind == .tcp ? Self.count : 600), seed: seed)
        )
      }
    }
    #expect(sockets >= (kind == .tcp ? 500 : 60))
    #expect(complaints.isEmpty, "seed \(seed)")
  }

  @Test func autoboundMatchesSocketsWithAKernelChosenPort() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let scene = try FilterScene(in: laboratory, count: 100)
      return try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        let views = try [SocketView(.tcp, &inspector), SocketView(.udp, &inspector)]
        func isAutobound(_ socket: LabSocket) throws -> Bool? {
          let (local, remote) = (SocketAddress(try socket.local()), (try? socket.remote()).map(SocketAddress.init))
          return views.lazy.compactMap { view in
            view.sockets.first { $0.local == local && $0.remote.port == remote?.port ?? 0 }
              .map { view.autobound.contains($0.cookie) }
          }.first
        }
        return try scene.autobound.filter { try isAutobound($0) != true }.map { "not autobound: \(try $0.local())" }
          + scene.bound.filter { try isAutobound($0) != false }.map { "autobound: \(try $0.local())" }
      }
    }
    #expect(complaints.isEmpty)
  }
}

/// All sockets of a protocol at one time, with the facts that only the kernel has.
private struct SocketView {
  let sockets: [InetSocket]
  let autobound: Set<SocketCookie?>

  static func states(_ kind: TransportProtocol) -> SocketStateSet {
    kind == .tcp ? .all.union(.boundInactive) : .all
  }

  init(_ kind: TransportProtocol, _ inspector: inout SocketInspector) throws {
    let states = Self.states(kind)
    sockets = try inspector.dump(SocketQuery(kind, states: states, details: .tcpInfo)).sockets
    autobound = Set(try inspector.dump(SocketQuery(kind, states: states, matching: .autobound)).sockets.map(\.cookie))
  }

  /// Whether the socket passes the filter, if it is known whether the kernel chose its port.
  func matches(_ query: SocketQuery, _ socket: InetSocket) -> Bool? {
    var query = query
    query.filter = SocketFilter(query.filter.node.assuming(autobound: autobound.contains(socket.cookie)))
    return query.matches(socket)
  }
}

extension FilterNode {
  /// The filter for sockets of which it is known whether they are autobound.
  fileprivate func assuming(autobound isAutobound: Bool) -> FilterNode {
    switch self {
    case .all(let nodes): .all(nodes.map { $0.assuming(autobound: isAutobound) })
    case .any(let nodes): .any(nodes.map { $0.assuming(autobound: isAutobound) })
    case .not(let node): .not(node.assuming(autobound: isAutobound))
    case .condition(.autobound): isAutobound ? .everything : .nothing
    case .condition: self
    }
  }
}

private struct Trial: ~Copyable {
  let kind: TransportProtocol
  private(set) var view: SocketView
  private var inspector: SocketInspector

  init(_ kind: TransportProtocol) throws {
    self.kind = kind
    var inspector = try SocketInspector()
    view = try SocketView(kind, &inspector)
    self.inspector = inspector
  }

  mutating func complaints(count: Int, seed: UInt64) throws -> [String] {
    var random = SeededGenerator(seed: seed)
    let values = FilterValues(of: view.sockets)
    var complaints: [String] = []
    var found = 0
    for _ in 0..<count where complaints.count < 5 {
      let query = query(SocketFilter(.random(values, using: &random)), using: &random)
      let (complaint, number) = try complaint(query)
      found += number
      guard complaint != nil else { continue }
      // A TIME_WAIT record may end between two dumps, so try again with a new one.
      complaints += try settled {
        view = try SocketView(kind, &inspector)
        return try self.complaint(query).complaint.map { ["\(query.filter), \(query.states): \($0)"] } ?? []
      }
    }
    // If the kernel refuses a program, that is an error; or the refused operations are left out and evaluated here.
    let refused = try inspector.explain(SocketQuery(kind)).refused
    if !refused.isEmpty { complaints.append("the kernel refuses \(refused)") }
    if found < count { complaints.append("\(count) filters found \(found) sockets: too few to be a useful test") }
    return complaints
  }

  private func query(_ filter: SocketFilter, using random: inout SeededGenerator) -> SocketQuery {
    let family = [nil, nil, AddressFamily.inet, .inet6].randomElement(using: &random) ?? nil
    let one = SocketStateSet(SocketState(rawValue: .random(in: 1...11, using: &random)))
    let every = SocketView.states(kind)
    let states = [every, every, every, every, one, nil].randomElement(using: &random) ?? nil
    return SocketQuery(kind, family: family, states: states, matching: filter)
  }

  private mutating func complaint(_ query: SocketQuery) throws -> (complaint: String?, found: Int) {
    let dump = try inspector.dump(query)
    let wanted = view.sockets.filter { view.matches(query, $0) == true }
    if view.sockets.contains(where: { view.matches(query, $0) == nil }) { return ("not decided", 0) }
    let isSame = Set(dump.sockets.map(\.cookie)) == Set(wanted.map(\.cookie)) && dump.sockets.count == wanted.count
    if dump.defects.isComplete, isSame { return (nil, wanted.count) }
    return ("\(dump.sockets.count) found, expected \(wanted.count), \(dump.defects)", wanted.count)
  }
}
