internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire

/// `sockdiag free`: prints a port that can be bound.
struct Free: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints a port that can be bound, for scripts.",
    usage: "sockdiag free [<options>] [[ADDRESS:]PORT[-PORT] …]",
    discussion: """
      It prints the number alone: PORT=$(sockdiag free 3000-3100). It takes the first port of the range that is free for \
      all addresses that it asks about. A port that is free only because of the socket options of other programs comes \
      after the others, because reading these options takes longer. Several ports and ranges are tried in their order: \
      'free 8080 3000-3100' prints 8080 if it is free.

      Without a range it chooses at random from 10000 on, but no port that the kernel gives to outgoing connections \
      (net.ipv4.ip_local_port_range): such a connection could take the port before your server binds it. It also leaves \
      out net.ipv4.ip_local_reserved_ports.

      It binds nothing, so another program can still take the port before yours does. If too few ports are free, it \
      prints none of them; --json shows those that it found.

      Exit status: 0 printed; 1 too few ports are free; 2 for some ports the answer depends on facts that are unknown; \
      3 bind() fails with another error than EADDRINUSE.
      """)

  @Argument(
    help: ArgumentHelp(
      "3000-3100, 8080, 127.0.0.1:3000-3100, 5000-5010/udp, or a list such as 80,443.", valueName: "range"),
    completion: Completions.port)
  var ranges: [String] = []

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("How many ports to print, each on its own line.", valueName: "number"))
  var count = 1

  @Flag(help: "Settle it with a real bind(), closed at once, of each port that is printed.")
  var probe = false

  @Flag(help: "One JSON object.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print no sentence if too few ports are free.")
  var quiet = false

  @OptionGroup(title: "Who binds")
  var who: BindOptionsArguments

  @OptionGroup(title: "Where")
  var namespace: NamespaceOption

  func run() throws {
    guard 1...65535 ~= count else { throw CommandFailure.usage("--count: \(count) is out of range; give 1 to 65535") }
    try namespace.enter()
    let ranges = try PortRangeArgument.parse(ranges)
    guard ranges.allSatisfy({ $0.first.port != 0 }) else {
      throw CommandFailure.usage("port 0 is no port to bind; begin the range at 1, or leave it out")
    }
    var search = try FreePortSearch(probes: probe)
    let answer = try Progress.during("looking for a free port") {
      try ranges.isEmpty ? choose(&search) : look(&search, ranges)
    }
    if let remark = answer.remark, !quiet { Diagnostics.report(remark) }
    if json {
      var output = ByteOutput()
      output.bytes.appendJSONLine(
        FreePortFields(
          transports: answer.transports, addresses: answer.addresses, outcome: answer.outcome,
          isComplete: answer.outcome.free.count >= count, next: answer.next))
      try output.flush()
    } else if answer.outcome.free.count >= count {
      var output = ByteOutput()
      for port in answer.outcome.free { output.appendLine("\(port)") }
      try output.flush()
    }
    guard answer.outcome.free.count < count else { return }
    if !quiet { Diagnostics.report(sentence(answer, ranges)) }
    throw ExitCode(answer.outcome.status.rawValue)
  }

  /// The result of the search.
  private struct Answer {
    var outcome = FreePortSearch.Outcome()
    var transports: [TransportProtocol] = []
    var addresses: [String] = []
    /// The next free port above the range.
    var next: UInt16?
    /// What to know about the ports.
    var remark: String?

    mutating func note(_ calls: [BindRequest]) {
      for call in calls {
        if !transports.contains(call.protocol) { transports.append(call.protocol) }
        let address = "\(call.local.address)"
        if !addresses.contains(address) { addresses.append(address) }
      }
    }
  }

  /// Tries the ports that the user names, in their order.
  private func look(
    _ search: inout FreePortSearch, _ ranges: [PortRangeArgument]
  ) throws -> Answer {
    var answer = Answer()
    for range in ranges where answer.outcome.free.count < count {
      let calls = try calls(range.first)
      answer.note(calls)
      let left = count - answer.outcome.free.count
      // Ranges may overlap, and each port is printed once.
      let found = PortSet(answer.outcome.free.map { $0...$0 })
      answer.outcome.add(try search.find(left, among: .init(ports: [range.ports], calls: calls, excluded: found)))
    }
    if answer.outcome.free.count < count, answer.outcome.status == .conflict, let last = ranges.last, last.last < .max {
      let above = last.last + 1
      let end = UInt16(clamping: Int(above) + Self.reach)
      answer.next = try search.find(1, among: .init(ports: [above...end], calls: calls(last.first))).free.first
    }
    return answer
  }

  /// How far above a range a free port is looked for.
  private static let reach = 1000

  /// Chooses ports by itself.
  private func choose(_ search: inout FreePortSearch) throws -> Answer {
    let pool = FreePortPool()
    let calls = try calls(PortArgument(port: 1))
    var answer = Answer()
    answer.note(calls)
    answer.outcome = try search.find(
      count, among: .init(ports: pool.ports(), calls: calls, excluded: pool.reserved))
    let left = count - answer.outcome.free.count
    guard left > 0 else { return answer }
    let more = try search.find(left, among: .init(ports: pool.lastResort, calls: calls, excluded: pool.reserved))
    answer.outcome.add(more)
    if let port = more.free.first {
      answer.remark =
        "no port outside of net.ipv4.ip_local_port_range is free, so an outgoing connection may take \(port) before your"
        + " server binds it"
    }
    return answer
  }

  /// The bind() calls for each protocol and address.
  private func calls(_ port: PortArgument) throws -> [BindRequest] {
    try port.transports(tcp: who.tcp, udp: who.udp).flatMap { try who.question($0).requests(port) }
  }

  private func sentence(_ answer: Answer, _ ranges: [PortRangeArgument]) -> String {
    let doubt = answer.outcome.undecided.first ?? answer.outcome.failure?.request.local.port
    var words = ["sockdiag", "why"]
    if let doubt {
      let range = ranges.first { $0.ports.contains(doubt) }
      words.append(range?.port(doubt).text ?? "\(doubt)")
    }
    words += who.words
    if answer.transports == [.udp] { words.append("--udp") }
    if let name = namespace.netns { words += ["--netns", name] }
    return FreePortText(
      ranges: ranges, transports: answer.transports, wanted: count, outcome: answer.outcome, next: answer.next,
      question: words.map(ShellWord.quoted).joined(separator: " ")
    ).sentence
  }
}
