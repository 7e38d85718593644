import BindSituationKit
import Glibc
import SockDiag
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import BindDiagnosis

/// The options of a socket are read at its holder, and never those of another socket.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct HeldSocketTests {
  static let single: [(SocketOption, BindOptions)] = [
    (.reuseAddress, .reuseAddress), (.reusePort, .reusePort), (.v6Only(true), .v6Only), (.freebind, .freebind),
    (.transparent, .transparent), (.bindAddressNoPort, .bindAddressNoPort),
  ]

  @Test(arguments: [LabProtocol.tcp, .udp], [false, true])
  func eachOptionIsRead(_ kind: LabProtocol, _ isV6: Bool) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let possible = Self.single.filter { isV6 || $0.1 != .v6Only }
      for chosen in [[]] + possible.map({ [$0] }) + [possible] {
        let socket = try laboratory.socket(kind, v6: isV6, options: chosen.map(\.0))
        let held = try HeldSocketOptions(readFrom: Self.own(socket), inode: socket.inode)
        #expect(held.options == chosen.reduce(into: []) { $0.formUnion($1.1) }, "\(chosen)")
        #expect(held.unread == [])
        #expect(held.family == (isV6 ? .inet6 : .inet))
        #expect(held.protocol == (kind == .tcp ? .tcp : .udp))
        #expect(held.isDatagram == (kind == .udp))
        #expect(!held.isListening)
        #expect(held.local == SocketAddress(isV6 ? .anyV6 : .anyV4, port: 0))
        #expect(held.interfaceIndex == 0)
        socket.close()
      }
    }
  }

  @Test func listenerReadsAsSockDiagReportsIt() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      let endpoint = LabEndpoint(Wire.localLinkLocal, 8080, interface: Wire.deviceName)
      let listener = try laboratory.socket(.tcp, v6: true, options: [.bindToDevice(Wire.deviceName)])
      try listener.give(to: 1000)
      try listener.bind(to: endpoint)
      try listener.listen(backlog: 5)
      let shown = try #require(socketsWithPort().first)
      let held = try HeldSocketOptions(readFrom: Self.own(listener), inode: shown.inode, cookie: shown.cookie)
      #expect(held.isListening)
      #expect(held.local == shown.local)
      #expect(held.cookie == shown.cookie)
      #expect(held.uid == 1000)
      #expect(held.interfaceIndex == shown.interfaceIndex)
      #expect(held.scopeID == interfaceIndex(Wire.deviceName))
      // Binding a native IPv6 address makes a socket v6-only.
      #expect(held.options == .v6Only)
    }
  }

  /// A child that was just forked, a descriptor that was closed meanwhile: any holder that is left answers.
  @Test func holdersThatAreGoneDoNotHideASocket() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let socket = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080))
      let (own, inode) = (Self.own(socket), socket.inode)
      let ended = SocketHolder(pid: .max, descriptor: own.descriptor)
      let closed = SocketHolder(pid: own.pid, descriptor: 1_000_000)
      let slot = SocketHolder(pid: own.pid, descriptor: own.descriptor, fixedFileSlot: 0)
      for holders in [[own], [ended, own], [closed, own], [own, ended], [ended, closed, slot, own]] {
        let reading = BoundSocketReading.read(inode, holders)
        #expect(reading.socket?.local == SocketAddress(.loopbackV4, port: 8080), "\(holders)")
      }
      #expect(BoundSocketReading.read(inode, [ended, closed]) == .other)
      #expect(BoundSocketReading.read(inode, [ended, slot]) == .unknown)
      socket.close()
    }
  }

  @Test(arguments: [LabHolder.Holding.inherited, .passed, .thread, .afterLeader])
  func otherProcessIsRead(_ holding: LabHolder.Holding) async throws {
    guard holding.isPossible else { return }
    try await Self.withHolder(holding) { (laboratory, holder, place, inode) throws in
      let held = try HeldSocketOptions(readFrom: place, inode: inode)
      #expect(held.isListening)
      #expect(held.options == [.reuseAddress, .reusePort])
      #expect(held.local == "127.0.0.1:8080")
      // No copy remains: the port is free when the holder has ended.
      holder.letGo()
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, "127.0.0.1:8080", uid: 0)) == 0)
      #expect(Self.failure(place, inode) == .processGone)
    }
  }

  /// Without the thread's number, the table of the process is read, which does not contain the socket.
  @Test func threadWithASeparateTableMustBeNamed() async throws {
    guard LabHolder.Holding.thread.isPossible else { return }
    try await Self.withHolder(.thread) { (_, _, place, inode) throws in
      var unnamed = place
      unnamed.threadID = nil
      #expect(Self.failure(unnamed, inode) == .descriptorChanged)
    }
  }

  @Test func socketInFlightIsNotMistakenForItsCarrier() async throws {
    try await Self.withHolder(.inFlight) { (_, _, place, inode) throws in
      #expect(Self.failure(place, inode) == .descriptorChanged)
      var slot = place
      slot.fixedFileSlot = 0
      #expect(Self.failure(slot, inode) == .unsupported)
    }
  }

  @Test func descriptorSwappedAfterTheListingIsNoticed() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let listed = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let (place, inode) = (Self.own(listed), listed.inode)
      let cookie = try HeldSocketOptions(readFrom: place, inode: inode).cookie
      let other = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8081))
      #expect(dup2(other.descriptor, listed.descriptor) == listed.descriptor)
      #expect(Self.failure(place, inode) == .descriptorChanged)
      // The same inode number, as can happen after reuse, but another socket.
      #expect(Self.failure(place, other.inode, cookie) == .descriptorChanged)
      #expect(Self.failure(place, other.inode) == nil)
      #expect(Self.failure(place, other.inode, .any) == nil)
    }
  }

  @Test func closedDescriptorAndMissingProcessAreDistinguished() async throws {
    try await Self.withHolder(.inherited) { (_, holder, place, inode) throws in
      var closed = place
      closed.descriptor = 4000
      #expect(Self.failure(closed, inode) == .descriptorChanged)
      closed.descriptor = .max
      #expect(Self.failure(closed, inode) == .descriptorChanged)
      for pid in [Int32.max, 0, -1, .min] {
        #expect(Self.failure(SocketHolder(pid: pid, descriptor: 3), inode) == .processGone, "\(pid)")
      }
      #expect(Self.failure(SocketHolder(pid: place.pid, descriptor: 3, threadID: .max), inode) == .processGone)
    }
  }

  @Test func processOfRootCannotBeReadByOthers() async throws {
    try await Self.withHolder(.inherited) { (_, _, place, inode) throws in
      let code = try LoneThread.run(.unprivileged) { Self.failure(place, inode) }
      #expect(code == .permissionDenied)
    }
  }

  @Test func ownProcessIsReadWithoutPrivilege() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reuseAddress])
      let (place, inode) = (Self.own(socket), socket.inode)
      let options = try LoneThread.run(.unprivileged) { try HeldSocketOptions(readFrom: place, inode: inode).options }
      #expect(options == .reuseAddress)
    }
  }

  @Test func socketOfAnotherFamilyIsUnsupported() throws {
    let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(unix) }
    var status = stat()
    // SAFETY: the call fills one structure.
    #expect(unsafe fstat(unix, &status) == 0)
    let place = SocketHolder(pid: getpid(), descriptor: UInt32(bitPattern: unix))
    #expect(Self.failure(place, UInt32(truncatingIfNeeded: status.st_ino)) == .unsupported)
  }

  private static func own(_ socket: LabSocket) -> SocketHolder {
    SocketHolder(pid: getpid(), descriptor: UInt32(bitPattern: socket.descriptor))
  }

  private static func failure(
    _ place: SocketHolder, _ inode: UInt32, _ cookie: SocketCookie? = nil
  ) -> BindFactError.Code? {
    do {
      _ = try HeldSocketOptions(readFrom: place, inode: inode, cookie: cookie)
      return nil
    } catch {
      return error.code
    }
  }

  /// Runs `body` with a process that is the only holder of a listener on 127.0.0.1:8080.
  private static func withHolder(
    _ holding: LabHolder.Holding,
    _ body: @escaping @Sendable (Laboratory, LabHolder, SocketHolder, UInt32) throws -> Void
  ) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let socket = try laboratory.tcpListener(
        on: LabEndpoint(.loopbackV4, 8080), options: [.reuseAddress, .reusePort])
      let inode = socket.inode
      let holder = try LabHolder(holding, socket)
      defer { holder.letGo() }
      socket.close()
      let place = SocketHolder(
        pid: holder.pid, descriptor: holder.descriptor, threadID: holder.thread == 0 ? nil : holder.thread)
      try body(laboratory, holder, place, inode)
    }
  }
}

extension BoundSocketReading {
  fileprivate var socket: InetSocket? { if case .bound(let socket) = self { socket } else { nil } }
}
