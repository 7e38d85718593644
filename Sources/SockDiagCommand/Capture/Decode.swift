internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// `sockdiag decode`: shows the sockets of a capture.
struct Decode: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Shows the sockets of a capture.",
    discussion: """
      A capture is a file of 'sockdiag record' or 'ss -D', or a pcap or pcapng file of netlink packets, such as one that \
      tcpdump or Wireshark writes on an nlmon device. It may also be what 'strace -e trace=network -e read=all -e \
      write=all' prints. Each may be compressed with gzip. Without options all sockets of the capture are shown.

      The peers of UNIX sockets have names if the same dump lists them.

      Interfaces are shown by number, because a capture does not contain their names. If the capture does not contain the \
      protocol, it is shown as ?. JSON has all fields of the capture.
      """)

  @Argument(help: ArgumentHelp("The capture; - for standard input.", valueName: "file"), completion: .file())
  var file: String

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "How it is shown")
  var table: TableOptions

  @OptionGroup(title: "How it is shown")
  var colour: ColourOption

  func run() throws {
    guard selection.namespace.netns == nil else {
      throw CommandFailure.usage("-N: a capture has its sockets from one namespace already; leave -N out")
    }
    let selection = try selection.selection(
      default: .everything, details: output.details, takesAnyFamily: true, names: CaptureFilterNames())
    let renderer = try renderer(for: selection)
    let capture = try CaptureFile(reading: file)
    var decoder = CaptureDecoder(capture.reader, faultLimit: 5)
    var summary: CaptureSummary
    var undecided = 0
    do {
      summary = try Progress.during("reading \(capture.name)", writesOutput: true) {
        if SocketKind.unix.contains(where: { selection.states[$0]?.isEmpty == false }) {
          decoder.learnUnixPeers(in: capture.bytes.span)
        }
        return try decoder.forEach(in: capture.bytes.span) { socket, _ throws(CommandFailure) in
          let isWanted: Bool? =
            switch socket {
            case .inet(let socket):
              try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .unix(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .netlink(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .packet(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .vsock(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .xdp(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .tipc(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            case .smc(let socket): try Self.show(socket, if: selection.contains(socket), with: renderer)
            // Counted in the summary.
            case .unknown: false
            }
          if isWanted == nil { undecided += 1 }
        }
      }
    } catch {
      try renderer.finish(afterFailure: true)
      throw error
    }
    try renderer.finish(afterFailure: summary.failure != nil)
    var remarks = Remarks()
    if let fault = capture.compressionFault {
      remarks.add("\(capture.name): \(fault.explanation)", .badData)
      // What the end of the unpacked bytes cuts is no separate defect.
      if fault != .trailingBytes {
        summary.failure = nil
        summary.truncatedPackets = 0
        summary.dumpsUnfinished = 0
      }
    }
    remarks.note(summary, of: capture.name)
    if undecided > 0 {
      let sockets = undecided.counted("socket is", "sockets are")
      remarks.add(
        "\(capture.name): \(sockets) left out, because the capture lacks what the filter asks about", .partial)
    }
    try remarks.end()
  }

  private static func show(
    _ socket: some ShownSocket, if isWanted: Bool?, with renderer: any SocketRenderer
  ) throws(CommandFailure) -> Bool? {
    if isWanted == true { try renderer.render(socket) }
    return isWanted
  }

  private func renderer(for selection: Selection) throws -> any SocketRenderer {
    let columns = try table.columnChoice(try output.format())
    guard columns?.needsHolders != true else {
      throw CommandFailure.usage("a capture has no processes; leave their columns out of --columns")
    }
    guard table.sort == nil else {
      throw CommandFailure.usage("a capture is shown in its own order, which is that of time; leave --sort out")
    }
    guard !table.resolve else {
      throw CommandFailure.usage("a capture may come from another host, whose names differ; leave -r out")
    }
    return try output.renderer(
      for: selection, interfaces: InterfaceNames(.none),
      style: TableStyle(columns: columns, isWide: table.wide, terminal: .standardOutput(colour.color)))
  }
}

extension Remarks {
  /// Adds remarks about the faults and gaps of a capture.
  mutating func note(_ summary: CaptureSummary, of name: String) {
    for fault in summary.faults {
      switch fault.kind {
      // No protocol has this number. An inspector asks for it to find out which requests the kernel understands.
      case .refusal(_, TransportProtocol(rawValue: .max)): break
      case .refusal: add("\(name): \(fault), so its sockets are missing", .partial)
      case .malformed: add("\(name): \(fault); the other messages were shown", .badData)
      }
    }
    if summary.faultCount > summary.faults.count {
      add(
        "\(name): \((summary.faultCount - summary.faults.count).counted("more message is", "more messages are")) damaged",
        .badData)
    }
    if let failure = summary.failure {
      let suggestion = failure.suggestion == nil ? "; copy or record it again" : ""
      let shown = summary.sockets > 0 ? ", and the sockets before it were shown" : ""
      add("\(name): byte \(failure.offset): \(failure.reason)\(suggestion)\(shown)", .badData)
    } else if summary.truncatedPackets > 0 {
      add(
        "\(name): \(summary.truncatedPackets.counted("packet is", "packets are")) cut; capture whole ones, as 'sockdiag record' does",
        .badData)
    } else if summary.dumpsUnfinished > 0 {
      add("\(name): the capture lacks the end of a dump, so sockets may be missing; record it again", .partial)
    }
    if summary.isInterrupted { add("\(name): the kernel's table changed during a dump; record it again", .partial) }
    if summary.isOverrun { add("\(name): the kernel dropped messages; record it again", .partial) }
    let others = summary.otherFamilies.values.reduce(0, +)
    if others > 0 { add("\(name): \(others.counted("socket")) of families that are not decoded are not shown") }
  }
}
