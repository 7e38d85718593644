import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Two hundred namespaces, of which twenty are gone or forbidden by the time that they are read.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"), .serialized)
struct ManyNamespaceTests {
  private static let count = 200
  private static let forbiddenCount = 10
  private static let goneCount = 10

  /// What is known about each namespace of a set.
  private static func list(_ many: ManyNamespaces) throws -> [UInt64: NetworkNamespace] {
    let list = try NetworkNamespace.all()
    #expect(list.isComplete)
    let known = Dictionary(list.namespaces.map { ($0.id.inode, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(known.count == list.namespaces.count, "each namespace once")
    return known.filter { inode, _ in many.members.contains { $0.inode == inode } }
  }

  /// The sockets that a namespace has, as a sorted list of protocols, states and ports.
  private static func expected(_ member: ManyNamespaces.Member) -> [String] {
    switch member.kind {
    case .empty: []
    case .listener: ["tcp listen \(member.port)"]
    case .datagram: ["udp close \(member.port)"]
    case .connection: ["tcp established \(member.port)", "tcp established client", "tcp listen \(member.port)"]
    }
  }

  @Sendable private static func sockets(
    _ inspector: inout SocketInspector
  ) throws(SockDiagError) -> [String] {
    var sockets: [String] = []
    for query in [SocketQuery(.tcp, states: .all), SocketQuery(.udp)] {
      sockets += try inspector.dump(query).sockets.map {
        "\($0.protocol) \($0.state) \($0.local.port < 20_000 ? "\($0.local.port)" : "client")"
      }
    }
    return sockets.sorted()
  }

  @Test func allSocketsAreFoundAndEachBadNamespaceSpoilsOnlyItsPart() async throws {
    let (members, answers) = try await Laboratory.withNew { laboratory in
      // The last ones have a process of root in them, which the reader may not inspect.
      let many = try ManyNamespaces(Self.count, withProcess: Self.forbiddenCount, in: laboratory)
      let known = try Self.list(many)
      #expect(known.count == Self.count)
      for member in many.members.prefix(Self.goneCount) { many.end(member) }
      let wanted = many.members.compactMap { known[$0.inode] }
      let answers = try LoneThread.run(.unprivilegedBut(capability: 21)) {
        let home = try NetworkNamespace.current()
        var inspectors = NamespaceInspectors()
        inspectors.refresh(NetworkNamespaceList(wanted))
        #expect(try NetworkNamespace.current() == home)
        let answers = inspectors.inspect(Self.sockets)
        #expect(try NetworkNamespace.current() == home)
        return answers
      }
      return withExtendedLifetime(many) { (many.members, answers) }
    }
    #expect(answers.map(\.namespace.id.inode) == members.map(\.inode))
    for (member, answer) in zip(members, answers) {
      let index = Int(member.port) - 10_000
      switch index {
      case ..<Self.goneCount: #expect(answer.error?.code == .namespaceGone, "\(member) \(answer)")
      case (Self.count - Self.forbiddenCount)...:
        #expect(answer.error?.code == .namespaceForbidden, "\(member) \(answer)")
        #expect(answer.error?.description.contains("CAP_SYS_ADMIN") == true)
      default: #expect(answer.value == Self.expected(member), "\(member) \(answer)")
      }
    }
  }

  @Test func taskIsAnsweredForEachNamespaceInOrder() async throws {
    let (members, namespaces) = try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(Self.goneCount, in: laboratory)
      let known = try Self.list(many)
      return (many.members, many.members.compactMap { known[$0.inode] })
    }
    let home = try NetworkNamespace.current()
    // All but that of this process have ended.
    let answers = await (namespaces + [home]).inspect { inspector throws(SockDiagError) in
      try inspector.dump(SocketQuery(.tcp, states: .listen)).source
    }
    #expect(answers.map(\.namespace) == namespaces + [home] && namespaces.count == members.count)
    #expect(answers.dropLast().allSatisfy { $0.error?.code == .namespaceGone })
    #expect(answers.last?.value == .sockDiag)
    #expect(try NetworkNamespace.current() == home)
  }

  @Test func inspectorsAreKeptWhileNamespacesComeAndGo() async throws {
    try await Laboratory.withNew { laboratory in
      let home = try NetworkNamespace.current()
      let many = try ManyNamespaces(8, in: laboratory)
      var inspectors = NamespaceInspectors()
      let first = try Self.listed(many)
      #expect(inspectors.refresh(first).appeared.count == 8)
      for _ in 0..<3 {
        let answers = inspectors.inspect(Self.sockets)
        #expect(
          answers.map(\.value)
            == answers.map { answer in
              many.members.first { $0.inode == answer.namespace.id.inode }.map(Self.expected)
            })
      }
      // The socket of an inspector keeps an ended namespace until the next search.
      many.end(many.members[1])
      #expect(inspectors.inspect(Self.sockets).allSatisfy { $0.error == nil })
      let added = try ManyNamespaces(2, in: laboratory)
      var second = try Self.listed(many)
      second.namespaces += try Self.listed(added).namespaces
      let changes = inspectors.refresh(second)
      #expect(changes.ended.map(\.id.inode) == [many.members[1].inode])
      #expect(Set(changes.appeared.map(\.id.inode)) == Set(added.members.map(\.inode)))
      #expect(inspectors.namespaces.count == 9)
      #expect(inspectors.inspect(Self.sockets).allSatisfy { $0.error == nil })
      #expect(inspectors.refresh(second) == NamespaceInspectors.Changes())
      #expect(try NetworkNamespace.current() == home)
    }
  }

  /// The namespaces of a set alone: other tests have others.
  private static func listed(_ many: ManyNamespaces) throws -> NetworkNamespaceList {
    var list = try NetworkNamespace.all()
    list.namespaces.removeAll { namespace in !many.members.contains { $0.inode == namespace.id.inode } }
    return list
  }

  @Test func cancelledTaskEndsTheVisit() async throws {
    let namespace = try NetworkNamespace.current()
    let task = Task {
      await [NetworkNamespace](repeating: namespace, count: 1000).inspect { _ throws(SockDiagError) in usleep(1000) }
    }
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    #expect(await task.value.count < 1000)
  }
}
