internal import ArgumentParser
internal import SockDiag

/// The options that say what is shown about a socket, and in which form.
struct OutputOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Figures of the TCP connection: round-trip time, window, traffic, …")
  var info = false

  @Flag(name: .shortAndLong, help: "Memory of the socket.")
  var memory = false

  @Flag(name: [.customShort("o"), .long, .customLong("timers")], help: "Timer: kind, time left, times it ran out.")
  var options = false

  @Flag(name: .shortAndLong, help: "User, inode, cookie, cgroup and options of the socket.")
  var extended = false

  @Flag(name: [.customShort("O"), .long], help: "Figures behind the row rather than below it.")
  var oneline = false

  @Flag(name: [.customShort("H"), .long], help: "No header.")
  var noHeader = false

  @Flag(help: "One JSON array.")
  var json = false

  @Flag(
    help: """
      A JSON object for each socket and line, written while they are read. While sockets come and go, one may come \
      twice, with the same cookie.
      """)
  var ndjson = false
}

/// The option of the subcommands that look for processes.
struct HolderOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: """
      The processes that hold the socket, all of them; ^ marks a descriptor that came from an older process, and ? hidden \
      ones. With -e also what they are.
      """)
  var processes = false
}

extension OutputOptions {
  enum Format { case table, json, lines }

  func format() throws(CommandFailure) -> Format {
    if json, ndjson { throw .usage("--json and --ndjson exclude each other; leave one of them out") }
    return json ? .json : ndjson ? .lines : .table
  }

  /// What must be asked for to show what is wanted. The rest is in every reply.
  var details: InetDetails {
    var details: InetDetails = []
    if info { details.formUnion([.tcpInfo, .congestion, .congestionInfo]) }
    if memory { details.insert(.socketMemory) }
    if extended { details.formUnion([.typeOfService, .trafficClass]) }
    return details
  }

  /// The lines below a row, if any are wanted.
  var detailLines: DetailLines? {
    var kinds: DetailLines.Kinds = []
    if extended { kinds.insert(.identity) }
    if memory { kinds.insert(.memory) }
    if info { kinds.insert(.transport) }
    return kinds.isEmpty ? nil : DetailLines(kinds: kinds, isOneLine: oneline)
  }

  /// A renderer for standard output.
  ///
  /// - Parameter notes: For which notes a table has columns.
  func renderer(
    for selection: Selection, interfaces: InterfaceNames, notes: SocketNotes.Kinds = []
  ) throws(CommandFailure) -> any SocketRenderer {
    switch try format() {
    case .json: return JSONRenderer(.array, interfaces: interfaces, output: ByteOutput())
    case .lines: return JSONRenderer(.lines, interfaces: interfaces, output: ByteOutput())
    case .table:
      return table(
        for: selection, interfaces: interfaces, notes: notes, terminal: .standardOutput,
        output: ByteOutput())
    }
  }

  /// A table for people, wherever they read it.
  func table(
    for selection: Selection, interfaces: InterfaceNames, notes: SocketNotes.Kinds, terminal: Terminal,
    output: consuming ByteOutput
  ) -> TableRenderer {
    TableRenderer(
      TableShape(selection.states, showsTimers: options), showsHeader: !noHeader,
      notes: notes, details: detailLines, interfaces: interfaces, terminal: terminal, output: output)
  }
}
