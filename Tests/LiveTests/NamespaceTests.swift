import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// What belongs to a namespace is read in that namespace, whatever the calling thread's is.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct NamespaceTests {
  /// Runs `body` in a namespace beside that of a laboratory.
  private static func besideLaboratory<Value: Sendable>(
    _ prepare: @escaping @Sendable (Laboratory) throws -> Void,
    _ body: @escaping @Sendable (NetworkNamespace) throws -> Value
  ) async throws -> Value {
    try await Laboratory.withNew { laboratory in
      try prepare(laboratory)
      let namespace = try NetworkNamespace.current()
      return try LabNamespace.withNew { _ in
        let own = try NetworkNamespace.current()
        let value = try body(namespace)
        #expect(try NetworkNamespace.current() == own && own != namespace)
        return value
      }
    }
  }

  @Test func inspectorReadsTheNamedNamespace() async throws {
    let ports = try await Self.besideLaboratory {
      _ = try $0.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
    } _: { namespace in
      var inspector = try SocketInspector(in: namespace)
      #expect(inspector.networkNamespace == namespace)
      #expect(inspector.refusal == nil)
      return try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets.map(\.local.port)
    }
    #expect(ports == [8080])
  }

  /// An inspector in a named namespace looks at its counts first, and makes only the walks that these call for.
  @Test(arguments: ManyNamespaces.Kind.allCases)
  func countsLoseNoSocket(_ kind: ManyNamespaces.Kind) async throws {
    let queries = [
      SocketQuery(.tcp, states: .all.union(.boundInactive)), SocketQuery(.tcp), SocketQuery(.tcp, states: .listen),
      SocketQuery(.tcp, states: [.established, .listen]), SocketQuery(.tcp, states: .timeWait), SocketQuery(.udp),
    ]
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(kind == .empty ? 1 : 4, in: laboratory)
      let member = try #require(many.members.first { $0.kind == kind })
      let namespace = try #require(try NetworkNamespace.all().namespaces.first { $0.id.inode == member.inode })
      // This one is made inside, and knows no counts.
      var plain = try namespace.perform { () throws(SockDiagError) in try SocketInspector() }
      var inspector = try SocketInspector(in: namespace)
      for query in queries {
        let (expected, found) = (try plain.dump(query), try inspector.dump(query))
        #expect(Set(found.sockets.map(\.inode)) == Set(expected.sockets.map(\.inode)), "\(query)")
        #expect(found.defects == expected.defects && found.source == .sockDiag)
      }
    }
  }

  @Test(.enabled(if: LabNamespace.hasProgram("ip"), "needs ip"))
  func settingsCountersAndInterfacesFollow() async throws {
    try await Self.besideLaboratory { laboratory in
      try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 7)
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let rename = "ip address add 192.0.2.1/24 dev lo && ip link set lo down && ip link set lo name other0"
      #expect(try laboratory.namespace.run(["sh", "-c", rename]).status == 0)
    } _: { namespace in
      #expect(try KernelSettings(in: namespace).finTimeout == .seconds(7))
      #expect(KernelSettings().finTimeout != .seconds(7))
      #expect(try NetworkCounters(in: namespace).tcpInUse == 1)
      #expect(NetworkCounters().tcpInUse == 0)
      var reader = try InterfaceReader(in: namespace)
      let interface = try #require(try reader.interfaces().first { $0.name == "other0" })
      #expect(try reader.addresses(.inet).contains { $0.address == IPAddress(v4: 0xc000_0201) })
      #expect(try HostNames(in: namespace).index(ofInterface: "other0") == interface.index)
      #expect(throws: (any Error).self) { try HostNames().index(ofInterface: "other0") }
    }
  }

  @Test func eventsAndDestroyFollow() async throws {
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(3, in: laboratory)
      let member = many.members[2]
      let namespace = try #require(try NetworkNamespace.all().namespaces.first { $0.id.inode == member.inode })
      var events = try SocketEvents(.tcp, in: namespace)
      var inspector = try SocketInspector(in: namespace)
      let query = SocketQuery(.tcp, states: .established)
      let client = try #require(try inspector.dump(query).sockets.first { $0.remote.port == member.port })
      try inspector.destroy(client)
      #expect(try inspector.dump(query).sockets.isEmpty)
      // The kernel announces a socket when its last descriptor is closed.
      many.end(member)
      guard case .destroyed(let socket) = try events.next() else {
        Issue.record("no event of a socket")
        return
      }
      #expect([client.local.port, member.port].contains(socket.local.port))
    }
  }

  @Test func tablesOfANamespaceAreReadWhereNetlinkIsForbidden() async throws {
    let found = try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let namespace = try NetworkNamespace.current()
      return try LabNamespace.withNew { _ in
        try LoneThread.run(.refusing(.socket, EPERM)) {
          var inspector = try SocketInspector(in: namespace)
          let dump = try inspector.dump(SocketQuery(.tcp, states: .listen))
          #expect(inspector.refusal?.code == .netlinkForbidden)
          return (dump.sockets.map(\.local.port), dump.source)
        }
      }
    }
    #expect(found == ([8080], .procNet))
  }

  @Test func tablesOfAnotherNamespaceAreNeverTakenForTheInspectors() async throws {
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(2, in: laboratory)
      let other = try #require(try NetworkNamespace.all().namespaces.first { $0.id.inode == many.members[1].inode })
      try LoneThread.run(.refusing(.socket, EPERM)) {
        var inspector = try SocketInspector()
        #expect(try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets.isEmpty)
        // Now only the thread's way into the inspector's namespace is gone, and /proc/net has the sockets of another one.
        try other.enter()
        #expect(try ProcNet.dump(SocketQuery(.tcp, states: .listen)).sockets.count == 1)
        #expect(throws: SockDiagError.self) { try inspector.dump(SocketQuery(.tcp, states: .listen)) }
      }
    }
  }

  @Test func processOfANamespaceShowsItsTablesToAnyUser() async throws {
    let (before, dump, remark) = try await Laboratory.withNew { laboratory in
      let (holder, inode) = try laboratory.namespace.inAnother {
        let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
        return (try LabHolder(.inherited, listener), try NetworkNamespace.current().id.inode)
      }
      defer { holder.letGo() }
      let pid = holder.pid
      return try LoneThread.run(.unprivileged) {
        let namespace = try NetworkNamespace.of(process: pid)
        #expect(namespace.isHidden && namespace.id.inode != inode && namespace.processes == [pid])
        let own = try NetworkNamespace.current()
        var inspector = try SocketInspector(in: namespace)
        let dump = try inspector.dump(SocketQuery(.tcp, states: .listen))
        #expect(try NetworkCounters(in: namespace).tcpInUse == 1)
        #expect(throws: SockDiagError.self) { try KernelSettings(in: namespace) }
        #expect(throws: SockDiagError.self) { _ = try SocketEvents(in: namespace).fileDescriptor }
        #expect(try NetworkNamespace.current() == own)
        let listed = try NetworkNamespace.all().namespaces.filter { $0.processes.contains(pid) }
        #expect(listed == [namespace])
        return (inspector.refusal?.code, dump, inspector.substitution?.remarkOnSubstitution(for: .tcp))
      }
    }
    #expect(before == .namespaceForbidden)
    #expect(dump.sockets.map(\.local.port) == [8080] && dump.sockets.allSatisfy { $0.source == .procNet })
    #expect(dump.source == .procNet)
    #expect(remark?.contains("may not enter the network namespace") == true)
    #expect(remark?.contains("CAP_SYS_ADMIN") == true)
  }

  @Test func ownNamespaceOfOtherUsersProcessesIsRecognized() throws {
    let (own, of) = try LoneThread.run(.unprivileged) {
      // Process 1 is root's. Where it has another namespace, it is hidden.
      (try NetworkNamespace.current(), try NetworkNamespace.of(process: 1))
    }
    #expect(of == own || of.isHidden)
  }

  @Test func anythingButANetworkNamespaceIsRefused() throws {
    for (path, errno) in [("/proc/self/ns/mnt", EINVAL), ("/dev/null", EINVAL), ("/nowhere", ENOENT)] {
      let error = #expect(throws: SockDiagError.self) { try NetworkNamespace.at(path: path) }
      #expect(error?.errno == errno, "\(path)")
    }
    #expect(throws: SockDiagError.self) { try NetworkNamespace.named("no-such-name") }
    #expect(throws: SockDiagError.self) { try NetworkNamespace.of(process: Int32.max) }
  }

  @Test func endedNamespaceIsReportedAsGone() async throws {
    let (namespace, holder) = try await Laboratory.withNew { laboratory in
      (try NetworkNamespace.current(), laboratory.namespace.inode)
    }
    #expect(namespace.id.inode == holder)
    let error = #expect(throws: SockDiagError.self) { _ = try SocketInspector(in: namespace) }
    #expect(error?.code == .namespaceGone, "\(String(describing: error))")
  }

  @Test func pathThatLeadsToAnotherNamespaceIsNotEntered() async throws {
    try await Laboratory.withNew { laboratory in
      var stale = try NetworkNamespace.current()
      let path = laboratory.namespace.path
      try laboratory.namespace.inAnother {
        // The thread is somewhere else now, and so is its path.
        let namespace = stale
        let other = try NetworkNamespace.at(path: path)
        #expect(other != namespace)
        let error = #expect(throws: SockDiagError.self) { try NetworkCounters(in: namespace) }
        #expect(error?.code == .namespaceGone)
      }
      stale = try .current()
      let inUse = try NetworkCounters(in: stale).tcpInUse
      #expect(inUse == 0)
    }
  }
}
