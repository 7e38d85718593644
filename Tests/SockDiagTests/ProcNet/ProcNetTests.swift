import Glibc
import SockDiag
import SockDiagWire
import Testing

/// The tables that answer a query, and the errors if there are none.
@Suite struct ProcNetTests {
  private static let recorded = ProcNetSample.root("linux-6.18")

  // MARK: Tables

  @Test(
    arguments: [
      (TransportProtocol.tcp, AddressFamily?.none, 28 + 29), (.tcp, .inet, 28), (.tcp, .inet6, 29), (.udp, nil, 2 + 2),
      (.udp, .inet, 2), (.udp, .inet6, 2),
    ] as [(TransportProtocol, AddressFamily?, Int)])
  func queryReadsTheTablesOfItsFamilies(_ protocol: TransportProtocol, _ family: AddressFamily?, _ count: Int) throws {
    let dump = try ProcNet.dump(SocketQuery(`protocol`, family: family, states: .all), root: Self.recorded)
    #expect(dump.sockets.count == count)
    #expect(dump.sockets.allSatisfy { $0.protocol == `protocol` && (family == nil || $0.family == family) })
    #expect(dump.defects == .complete)
    #expect(dump.source == .procNet)
  }

  @Test(
    arguments: [
      (SocketStateSet.listen, 3), (.synReceived, 1), (.timeWait, 1), (.closing, 1), ([.finWait2, .closeWait], 6),
      (.close, 0), (.connected, 25),
    ] as [(SocketStateSet, Int)])
  func onlyRequestedStatesAreReturned(_ states: SocketStateSet, _ count: Int) throws {
    let dump = try ProcNet.dump(SocketQuery(.tcp, family: .inet, states: states), root: Self.recorded)
    #expect(dump.sockets.count == count)
    #expect(dump.sockets.allSatisfy { states.contains(state: $0.state) })
  }

  @Test func onlyRequestedPortsAreReturned() throws {
    let query = SocketQuery(
      .tcp, states: .all, matching: .localPort == 0xb99f && .remotePort(in: PortSet([0xbd2c...0xbd4b])))
    let dump = try ProcNet.dump(query, root: Self.recorded)
    #expect(dump.sockets.map(\.inode) == [6_306_864, 6_306_868, 6_306_866])
  }

  @Test func detailsAreAbsent() throws {
    let query = SocketQuery(.tcp, states: .all, details: [.tcpInfo, .socketMemory])
    #expect(try ProcNet.dump(query, root: Self.recorded).sockets.allSatisfy { $0.tcpInfo == nil })
  }

  @Test func streamGivesTheSameRowsAndCanBeStopped() throws {
    let query = SocketQuery(.tcp, states: .all)
    let all = try ProcNet.dump(query, root: Self.recorded).sockets
    var seen: [InetSocket] = []
    let defects = try ProcNet.forEach(query, root: Self.recorded) { socket in
      seen.append(socket)
      return seen.count == 5 ? .stop : .continue
    }
    #expect(defects == .stopped)
    #expect(seen == Array(all.prefix(5)))
  }

  @Test func repeatedRowIsOneSocketIfItHasAnInode() throws {
    let query = SocketQuery(.tcp, states: .all)
    let dump = try ProcNet.dump(query, root: ProcNetSample.root("repeated"))
    // Two TIME_WAIT rows that look the same may be two sockets, bound to two interfaces. And two sockets may have the
    // same inode number once the kernel has used all 32-bit numbers.
    #expect(dump.sockets.map(\.inode) == [6_306_862, 6_306_881, 6_306_885, 0, 0, 6_306_885])
  }

  // MARK: What may be missing

  @Test func kernelWithoutIPv6HasNoIPv6Sockets() throws {
    let root = ProcNetSample.root("without-ipv6")
    #expect(try ProcNet.dump(SocketQuery(.tcp, states: .all), root: root).sockets.count == 4)
    let dump = try ProcNet.dump(SocketQuery(.tcp, family: .inet6, states: .all), root: root)
    #expect(dump.sockets.isEmpty)
    #expect(dump.defects == .complete)
  }

  @Test(arguments: [AddressFamily?.none, .inet, .inet6])
  func missingProcIsAnErrorWithARemedy(_ family: AddressFamily?) throws {
    let error = try #require(throws: SockDiagError.self) {
      try ProcNet.dump(SocketQuery(.tcp, family: family), root: "/nonexistent")
    }
    #expect(error.code == .procNet)
    #expect(error.errno == ENOENT)
    #expect(error.description.contains("/nonexistent/thread-self/net/tcp"))
    #expect(error.description.contains("mount -t proc"))
  }

  @Test func unreadableFileIsAnErrorWithItsName() throws {
    // A directory can be opened but not read.
    let error = try #require(throws: SockDiagError.self) {
      try ProcNet.dump(SocketQuery(.udp), root: ProcNetSample.root("unreadable"))
    }
    #expect(error.code == .procNet)
    #expect(error.errno == EISDIR)
    #expect(error.operation.hasSuffix("thread-self/net/udp"))
  }

  @Test(arguments: [
    SocketQuery(TransportProtocol(rawValue: 132)), SocketQuery(.unspecified),
    SocketQuery(.tcp, family: AddressFamily(rawValue: 1)), SocketQuery(.tcp, states: .boundInactive),
  ])
  func queryWithoutATableIsAnError(_ query: SocketQuery) throws {
    let error = try #require(throws: SockDiagError.self) { try ProcNet.dump(query, root: Self.recorded) }
    #expect(error.code == .procNet)
    #expect(error.description.contains("/proc/net"))
  }

  @Test func badRowMakesTheAnswerPartialAndIsReported() throws {
    var faults: [SockDiagError] = []
    let query = SocketQuery(.tcp, states: .all)
    let dump = try ProcNet.dump(query, root: ProcNetSample.root("damaged")) { faults.append($0) }
    #expect(dump.sockets.map(\.inode) == [6_306_862, 6_306_881, 6_306_872, 0])
    #expect(dump.defects == .malformed)
    let fault = try #require(faults.first)
    #expect(faults.count == 1)
    #expect(fault.code == .procNet)
    #expect(fault.operation.hasSuffix("damaged/thread-self/net/tcp"))
    #expect(fault.wireError?.offset == 3 * 150 + 6)
    #expect(fault.wireError?.explanation.hasPrefix("line 4, local_address: expected 8 hexadecimal digits") == true)
  }
}
