import SockDiag
import SockDiagTesting
import SockDiagWire
import Testing

/// Kernels that lack one handler after the other: the answer comes from `/proc/net` or names the module.
@Suite struct MissingHandlerTests {
  private static let tables = [
    "thread-self/net/tcp": """
    sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
     0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21 1 0 100 0 0 10 0

    """,
    "thread-self/net/udp": """
    sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
     7: 0100007F:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 22 2 0 0

    """,
    "thread-self/net/unix": """
    Num       RefCnt Protocol Flags    Type St Inode Path
    0000000000000000: 00000002 00000000 00010000 0001 01 25 /run/app.sock

    """,
    "thread-self/net/netlink": """
    sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
    000000009fcbe1a6 0   4711       00000003 256      0        0     2        5        23

    """,
    "thread-self/net/packet": """
    sk               RefCnt Type Proto  Iface R Rmem   User   Inode
    000000009fcbe1a6 3      3    0003   2     1 512    1000   24

    """,
  ]

  private static func inspector(lacking handler: SocketHandler, _ proc: FakeProc) -> SocketInspector {
    let kernel = SimulatedKernel()
    kernel.protocols = Set(SocketHandler.all.compactMap(\.protocol)).subtracting([handler.protocol].compactMap { $0 })
    kernel.families = Set(SocketHandler.all.map(\.family)).union([.inet6])
    if handler.protocol == nil { kernel.families.remove(handler.family) }
    return SocketInspector(asking: kernel, procRoot: proc.root)
  }

  /// What an inspector reads of a kind of sockets, whatever the kind.
  private static func read(
    _ handler: SocketHandler, _ inspector: inout SocketInspector
  ) throws(SockDiagError) -> (inodes: [UInt32], source: SocketSource) {
    func summary<Socket>(_ dump: Dump<Socket>) -> (inodes: [UInt32], source: SocketSource) {
      #expect(dump.sockets.allSatisfy { $0.source == dump.source })
      #expect(dump.defects.subtracting(.missingStates).isComplete)
      return (dump.sockets.map(\.inode), dump.source)
    }
    if let transport = handler.protocol { return summary(try inspector.dump(SocketQuery(transport, states: .all))) }
    return switch handler.family {
    case .unix: summary(try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())))
    case .netlink: summary(try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest())))
    case .packet: summary(try inspector.dump(FamilyQuery<Packet>(PacketSocketRequest())))
    case .vsock: summary(try inspector.dump(FamilyQuery<VSock>(VSockSocketRequest())))
    case .xdp: summary(try inspector.dump(FamilyQuery<XDP>(XDPSocketRequest())))
    case .tipc: summary(try inspector.dump(FamilyQuery<TIPC>(TIPCSocketRequest())))
    default: summary(try inspector.dump(FamilyQuery<SMC>(SMCSocketRequest())))
    }
  }

  @Test(arguments: SocketHandler.all) func onlyTheMissingHandlerIsReplaced(lacking: SocketHandler) throws {
    for handler in SocketHandler.all where handler != lacking {
      let proc = try FakeProc(Self.tables)
      var inspector = Self.inspector(lacking: lacking, proc)
      try withExtendedLifetime(proc) {
        let answer = try Self.read(handler, &inspector)
        #expect(answer.source == .sockDiag && answer.inodes.isEmpty)
        let substitution = inspector.substitution
        #expect(substitution == nil)
      }
    }
  }

  @Test(arguments: [("tcp", 21), ("udp", 22), ("netlink", 23), ("packet", 24), ("unix", 25)] as [(String, UInt32)])
  func tableReplacesTheHandler(name: String, inode: UInt32) throws {
    let handler = try #require(SocketHandler.all.first { $0.name == name })
    let proc = try FakeProc(Self.tables)
    var inspector = Self.inspector(lacking: handler, proc)
    try withExtendedLifetime(proc) {
      let answer = try Self.read(handler, &inspector)
      #expect(answer.source == .procNet && answer.inodes == [inode])
      let reason = inspector.substitution
      let substitution = try #require(reason)
      #expect(substitution.handler == handler)
      let remark =
        handler.protocol.map { substitution.remarkOnSubstitution(for: $0) }
        ?? substitution.remarkOnSubstitution(for: handler.family)
      #expect(remark.hasPrefix("the kernel has no sock_diag handler for \(name), so /proc/net"))
      #expect(remark.hasSuffix("; load the module \(handler.module)"))
    }
  }

  @Test(arguments: [
    ("mptcp", "mptcp_diag"), ("sctp", "sctp_diag"), ("dccp", "dccp_diag (before Linux 6.16)"), ("vsock", "vsock_diag"),
    ("xdp", "xsk_diag"), ("tipc", "tipc_diag (diag on older kernels)"), ("smc", "smc_diag"),
  ])
  func errorNamesTheModuleIfThereIsNoTable(name: String, module: String) throws {
    let handler = try #require(SocketHandler.all.first { $0.name == name })
    let proc = try FakeProc(Self.tables)
    var inspector = Self.inspector(lacking: handler, proc)
    withExtendedLifetime(proc) {
      do throws(SockDiagError) {
        _ = try Self.read(handler, &inspector)
        Issue.record("\(name) was read")
      } catch {
        #expect(error.code == (handler.protocol == nil ? .missingFamily : .missingProtocolHandler))
        let table = name == "sctp" ? "the tables in /proc/net/sctp are not read" : "/proc/net does not list them"
        #expect(
          error.reason
            == "the kernel has no sock_diag handler for \(name) sockets, and \(table); load the kernel module"
            + " \(module) or use a kernel with \(handler.option)")
      }
    }
  }

  /// A table that is missing too is not the cause.
  @Test func errorStaysThatOfTheHandlerIfTheTableIsMissing() throws {
    let kernel = SimulatedKernel()
    kernel.families = [.inet, .inet6]
    var inspector = SocketInspector(asking: kernel, procRoot: "/nonexistent")
    do throws(SockDiagError) {
      _ = try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest()))
      Issue.record("the table was read")
    } catch {
      #expect(error.code == .missingFamily && error.handler?.name == "netlink")
    }
  }

  @Test func filterAndRequestApplyToTheTable() throws {
    let handler = try #require(SocketHandler.handler(of: .netlink))
    let proc = try FakeProc(Self.tables)
    var inspector = Self.inspector(lacking: handler, proc)
    try withExtendedLifetime(proc) {
      let route = try inspector.dump(
        FamilyQuery<Netlink>(NetlinkSocketRequest(.route), matching: SocketFilter("inode = 23"))
      ).sockets
      #expect(route.map(\.portID) == [4711])
      #expect(route.first?.groups == [1, 2])
      #expect(route.first?.queues == .bytes(received: 256, unsent: 0))
      #expect(route.first?.cookie == nil && route.first?.memory == nil && route.first?.flags == nil)
      let others = try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest(.sockDiag))).sockets
      #expect(others.isEmpty)
      var count = 0
      try inspector.forEach(FamilyQuery<Netlink>(NetlinkSocketRequest(), matching: SocketFilter("inode = 4"))) { _ in
        count += 1
        return .continue
      }
      #expect(count == 0)
    }
  }
}
