import SockDiag
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Chosen columns, and orders.
struct ColumnTests {
  private func table(_ columns: String, _ sockets: [InetSocket], _ holders: HolderList? = nil) throws -> [String] {
    var shape = TableShape(.all, notes: holders == nil ? [] : .holders)
    try ColumnChoice(columns).apply(to: &shape)
    let renderer = TableRenderer(
      shape, showsHeader: true, interfaces: InterfaceNames([1: "lo", 2: "eth0"]), terminal: .plain,
      output: ByteOutput(descriptor: nil))
    for socket in sockets { try renderer.render(socket, SocketNotes(holders: holders)) }
    try renderer.finish(afterFailure: false)
    return String(decoding: renderer.text, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
  }

  private static var connection: InetSocket {
    get throws {
      try #require(try Samples.assorted.first { $0.state == .established && $0.tcpInfo?.smoothedRTT != nil })
    }
  }

  @Test func columnsComeInTheOrderOfTheList() throws {
    let lines = try table("peer-port,rtt,uid,total-retrans,proto,interface", [Self.connection])
    #expect(lines == ["Peer-Port rtt UID total_retrans Proto Interface", "51123 35.125ms 33 9 tcp -"])
  }

  @Test func plusAddsToTheUsualColumns() throws {
    let lines = try table("+uid,cookie", [Self.connection])
    #expect(lines.first == "Proto State Accept-Q Recv-Q Send-Q Local Peer UID Cookie")
    let held = try table("+uid", [Self.connection], HolderList(entries: []))
    #expect(held.first?.hasSuffix("Peer UID Process") == true)
  }

  @Test func absentValuesAreDashes() throws {
    let listener = try #require(try Samples.assorted.first { $0.state == .listen })
    let lines = try table("peer-port,rtt,pid,comm,unit,container,age,cgroup,cmdline", [listener])
    #expect(lines.last == "- - - - - - - - -")
  }

  @Test func processColumnsTellAboutTheHolders() throws {
    var process = ProcessDetails(process: HoldingProcess(pid: 80, startTicks: 0), command: Array("web app".utf8))
    process.arguments = ["/bin/web", "--name", "a b\u{1b}"].map { Array($0.utf8) }
    process.cgroup = CgroupPath(
      Array("/system.slice/docker-\(String(repeating: "0123456789abcdef", count: 4)).scope".utf8))
    var sibling = process
    sibling.process.pid = 81
    let list = HolderList(
      entries: [process, process, sibling].map {
        HolderList.Entry(
          holder: SocketHolder(pid: $0.process.pid, descriptor: 3), process: $0, isInherited: false)
      })
    let lines = try table("pid,comm,container,cmdline", [Self.connection], list)
    #expect(lines.last == #"80,81 web\x20app 0123456789ab /bin/web --name a b\x1b"#)
    let age = try table("age", [Self.connection], list).last
    #expect(age?.hasSuffix("s") == true)
  }

  @Test func unknownNamesLeadToNearOnes() throws {
    for text in ["unti", "local,unti"] {
      let failure = #expect(throws: CommandFailure.self) { try ColumnChoice(text) }
      #expect(failure?.message == "--columns: 'unti' is not a column; did you mean 'unit'?")
    }
    let failure = #expect(throws: CommandFailure.self) { try SortOrder("-rttt") }
    #expect(failure?.message.contains("did you mean 'rtt'") == true)
    for text in ["", ",", "local,", "-", "+"] {
      #expect(throws: CommandFailure.self) { try SortOrder(text) }
      #expect(throws: CommandFailure.self) { try ColumnChoice(text) }
    }
  }

  @Test func everyNameIsAColumn() throws {
    for column in TableColumn.named + TableColumn.figures.indices.map(TableColumn.figure) {
      #expect(TableColumn(name: column.name) == column)
      #expect(TableColumn.helpText.contains(column.name))
    }
    #expect(TableColumn.helpText.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  // MARK: Order

  private func sorted(_ order: String, _ sockets: [InetSocket]) throws -> [InetSocket] {
    try SortOrder(order).sorted(sockets)
  }

  @Test func numbersSortAsNumbers() throws {
    let sockets = try Samples.assorted
    let ports = try sorted("local-port", sockets).map(\.local.port)
    #expect(ports == sockets.map(\.local.port).sorted())
    let queues = try sorted("-send-q", sockets).filter { $0.state != .listen }.map(\.sendQueue)
    #expect(queues == queues.sorted(by: >))
  }

  @Test func rowsWithoutAValueComeLast() throws {
    for order in ["rtt", "-rtt"] {
      let values = try sorted(order, try Samples.assorted).map { $0.tcpInfo?.smoothedRTT != nil && $0.state != .listen }
      #expect(values.first == true && values.last == false)
      // No value follows an absent one.
      #expect(!values.drop { $0 }.contains(true))
    }
  }

  @Test func equalRowsKeepTheKernelsOrder() throws {
    let sockets = try Samples.assorted
    let tcp = sockets.filter { $0.protocol == .tcp }
    #expect(try sorted("proto", tcp) == tcp && sorted("-proto", tcp) == tcp)
  }

  @Test func laterKeysDecideWhereEarlierAreEqual() throws {
    let sockets = try sorted("state,-local", try Samples.assorted)
    // Sockets of one state are neighbours. A UDP socket that has no peer is shown as unconnected, and not as closed.
    let states = sockets.map { $0.state == .close && $0.protocol == .udp ? "unconnected" : "\($0.state)" }
    #expect(zip(states, states.dropFirst()).count { $0 != $1 } + 1 == Set(states).count)
    for (first, second) in zip(sockets, sockets.dropFirst()) where first.state == second.state {
      let (left, right) = (first.local, second.local)
      if left.address.family == right.address.family { #expect(left.address >= right.address) }
    }
  }
}
