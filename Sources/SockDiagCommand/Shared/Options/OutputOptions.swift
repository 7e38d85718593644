internal import ArgumentParser
internal import SockDiag

/// The options that choose the facts about a socket, and the form of the output.
struct OutputOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Figures of the TCP connection: round-trip time, window, traffic, …")
  var info = false

  @Flag(name: .shortAndLong, help: "Memory of the socket.")
  var memory = false

  @Flag(
    name: [.customShort("o"), .long, .customLong("timers")], help: "Timer: kind, time left, number of expirations.")
  var options = false

  @Flag(name: .shortAndLong, help: "User, inode, cookie, cgroup and options of the socket.")
  var extended = false

  @Flag(
    name: [.customShort("b"), .long, .customLong("bpf-maps")],
    help: "BPF: the filter of a packet socket, and the values that programs stored with a socket.")
  var bpf = false

  @Flag(name: [.customShort("O"), .long], help: "Figures at the end of the row, not below it.")
  var oneline = false

  @Flag(name: [.customShort("H"), .long], help: "No header.")
  var noHeader = false

  @Flag(name: .shortAndLong, help: "One JSON array.")
  var json = false

  @Flag(help: "One JSON object on a line for each socket, written at once.")
  var ndjson = false
}

/// The option of subcommands that can show processes.
struct HolderOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: """
      All processes that hold the socket. ^ marks a descriptor that a process inherited, ? a hidden process. With -e \
      also their user, unit, container and arguments.
      """)
  var processes = false
}

extension OutputOptions {
  func format() throws(CommandFailure) -> OutputFormat { try OutputFormat(json: json, ndjson: ndjson) }

  /// The details to request for the chosen output. Every reply has the other fields.
  var details: InetDetails {
    var details: InetDetails = []
    if info { details.formUnion([.tcpInfo, .congestion, .congestionInfo]) }
    if memory { details.insert(.socketMemory) }
    if extended { details.formUnion([.typeOfService, .trafficClass]) }
    return details
  }

  /// The lines below a row; `nil` for none.
  var detailLines: DetailLines? {
    var kinds: DetailLines.Kinds = []
    if extended { kinds.insert(.identity) }
    if memory { kinds.insert(.memory) }
    if info { kinds.insert(.transport) }
    if bpf { kinds.insert(.programs) }
    return kinds.isEmpty ? nil : DetailLines(kinds: kinds, isOneLine: oneline)
  }

  /// A renderer for standard output.
  ///
  /// - Parameter notes: The notes that get columns in a table.
  func renderer(
    for selection: Selection, interfaces: InterfaceNames, notes: SocketNotes.Kinds = [], style: TableStyle
  ) throws(CommandFailure) -> any SocketRenderer {
    switch try format() {
    case .json: JSONRenderer(.array, interfaces: interfaces, cgroups: cgroups(interfaces), output: ByteOutput())
    case .lines: JSONRenderer(.lines, interfaces: interfaces, cgroups: cgroups(interfaces), output: ByteOutput())
    case .table: table(for: selection, interfaces: interfaces, notes: notes, style: style, output: ByteOutput())
    }
  }

  /// The paths of cgroups, where they are shown and known.
  private func cgroups(_ interfaces: InterfaceNames) -> CgroupNames? {
    extended && interfaces.source == .host ? CgroupNames() : nil
  }

  /// A renderer of a table, on any descriptor.
  func table(
    for selection: Selection, interfaces: InterfaceNames, notes: SocketNotes.Kinds, style: TableStyle,
    output: consuming ByteOutput
  ) -> TableRenderer {
    var details = detailLines
    details?.cgroups = cgroups(interfaces)
    var shape = TableShape(selection.possibleStates, showsTimers: options, notes: notes)
    style.columns?.apply(to: &shape)
    return TableRenderer(
      shape, showsHeader: !noHeader, details: details, isWide: style.isWide, interfaces: interfaces,
      terminal: style.terminal, output: output)
  }
}
