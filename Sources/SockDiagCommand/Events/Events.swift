internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// `sockdiag events`: shows sockets when they are destroyed.
struct Events: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Shows each socket when it closes, until interrupted.",
    discussion: """
      The kernel announces the end of every TCP and UDP socket to every user. The time is when this command read the \
      announcement: local time in the table, UTC in JSON.

      An announced socket has no owner, timer or memory, so -e, -o and -m add little. -i shows the last figures of a TCP \
      connection. If a socket reset its connection, the port of its peer is unknown. Filters are those of 'sockdiag list', \
      without states, users and other facts that events lack.

      Announcements wait in a receive buffer until they are read. If the buffer is full, the kernel drops them. The command \
      reports that on standard error, and in JSON as {"event":"gap","time":…,"dropped":N}.

      SIGINT (Ctrl-C) and SIGTERM end it with status 0.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "What is shown")
  var colour: ColourOption

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Size of the receive buffer, such as 64M; an event takes about 1300 bytes of it. Without CAP_NET_ADMIN the sysctl"
        + " net.core.rmem_max is the limit.", valueName: "size"))
  var buffer: String?

  func run() throws {
    let selection = try EventSelection(selection)
    let renderer = try output.eventRenderer(
      interfaces: InterfaceNames(.host), terminal: .standardOutput(colour.color))
    // The kernel accepts at most a number of 31 bits.
    let size = try buffer.map { text throws(CommandFailure) in
      try ByteCountArgument.parse(text, option: "--buffer", atMost: 2047 << 20)
    }
    let interruption = try Interruption()
    var events = try Self.subscribe(selection.groups, size ?? SocketEvents.defaultReceiveBuffer)
    if let size, events.receiveBufferByteCount < size {
      Diagnostics.report(
        "the receive buffer has \(events.receiveBufferByteCount) bytes instead of \(size); run with CAP_NET_ADMIN or"
          + " raise the sysctl net.core.rmem_max")
    }
    try renderer.begin()
    var hasUndecided = false
    while try Self.showReady(&events, selection, renderer, interruption, &hasUndecided) {
      let milliseconds = events.recheckMilliseconds
      switch interruption.wait(events.fileDescriptor, for: POLLIN, milliseconds: milliseconds) {
      case .ready, .timeUp: break
      case .interrupted: return
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
    }
  }

  /// Shows the events that have arrived; `false` if the user has interrupted the command.
  private static func showReady(
    _ events: inout SocketEvents, _ selection: EventSelection, _ renderer: any EventRenderer,
    _ interruption: Interruption, _ hasUndecided: inout Bool
  ) throws -> Bool {
    while let event = try events.nextIfReady() {
      if interruption.isRequested { return false }
      let time = Timestamp.now
      switch event {
      case .destroyed(let socket):
        let isWanted = selection.contains(socket)
        if isWanted == nil, !hasUndecided {
          hasUndecided = true
          Diagnostics.report("some events are left out, because this kernel does not report what the filter asks about")
        }
        guard isWanted == true else { continue }
      case .gap(let gap): report(gap)
      }
      // Waits here and not in write(), so that an interruption ends the command although the reader is slow.
      switch interruption.wait(STDOUT_FILENO, for: POLLOUT) {
      case .ready, .timeUp: try renderer.render(event, at: time)
      case .interrupted: return false
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
    }
    return !interruption.isRequested
  }

  private static func report(_ gap: EventGap) {
    let cure =
      gap.suggestion == nil
      ? "" : "; give a larger --buffer and, without CAP_NET_ADMIN, raise the sysctl net.core.rmem_max as well"
    Diagnostics.report(gap.explanation + cure)
  }

  private static func subscribe(_ groups: SocketEventGroups, _ size: Int) throws -> SocketEvents {
    do throws(SockDiagError) { return try SocketEvents(groups, receiveBuffer: size) } catch {
      guard [.missingProtocolHandler, .missingFamily].contains(error.code) else { throw error }
      throw CommandFailure(
        .system,
        "cannot \(error.operation): the kernel has no sock_diag handler for them; load the modules tcp_diag and"
          + " udp_diag, or choose others with -t, -u, -4 and -6")
    }
  }
}

extension OutputOptions {
  fileprivate func eventRenderer(
    interfaces: InterfaceNames, terminal: Terminal
  ) throws(CommandFailure) -> any EventRenderer {
    switch try format() {
    case .json: throw .usage("--json would be an array without an end; use --ndjson, a line for each event")
    case .lines: return EventLineRenderer(interfaces: interfaces, output: ByteOutput())
    case .table:
      return EventTableRenderer(
        showsHeader: !noHeader, details: detailLines, interfaces: interfaces, terminal: terminal, output: ByteOutput())
    }
  }
}
