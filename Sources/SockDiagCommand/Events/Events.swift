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

      --all-netns also subscribes in namespaces that appear later, within seconds: a socket that ends before is missed.

      SIGINT (Ctrl-C) and SIGTERM end it with status 0.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "Which sockets")
  var everywhere: AllNamespacesOption

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
    let selection = try EventSelection(selection, everywhere: everywhere)
    let renderer = try output.eventRenderer(
      interfaces: InterfaceNames(.host), terminal: .standardOutput(colour.color),
      showsNamespace: everywhere.allNamespaces)
    // The kernel accepts at most a number of 31 bits.
    let size = try buffer.map { text throws(CommandFailure) in
      try ByteCountArgument.parse(text, option: "--buffer", atMost: 2047 << 20)
    }
    let interruption = try Interruption()
    var sources = try EventSources(selection.groups, buffer: size, everywhere, self.selection.namespace)
    if let size, let granted = sources.smallestBuffer, granted < size {
      Diagnostics.report(
        "the receive buffer has \(granted) bytes instead of \(size); run with CAP_NET_ADMIN or"
          + " raise the sysctl net.core.rmem_max")
    }
    try renderer.begin()
    var hasUndecided = false
    while true {
      for source in sources.all {
        guard try Self.showReady(source, selection, renderer, interruption, &hasUndecided) else { return }
      }
      let wait = interruption.wait(
        forAnyOf: sources.all.map(\.fileDescriptor), output: STDOUT_FILENO,
        milliseconds: sources.millisecondsToNextLook)
      switch wait {
      case .ready, .timeUp: sources.refresh()
      case .interrupted: return
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
    }
  }

  /// Shows the events that have arrived; `false` if the user has interrupted the command.
  private static func showReady(
    _ source: EventSources.Source, _ selection: EventSelection, _ renderer: any EventRenderer,
    _ interruption: Interruption, _ hasUndecided: inout Bool
  ) throws -> Bool {
    while let event = try source.nextIfReady() {
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
      case .gap(let gap): report(gap, source.namespace)
      }
      // Waits here and not in write(), so that an interruption ends the command although the reader is slow.
      switch interruption.wait(STDOUT_FILENO, for: POLLOUT) {
      case .ready, .timeUp: try renderer.render(event, at: time, in: source.namespace)
      case .interrupted: return false
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
    }
    return !interruption.isRequested
  }

  private static func report(_ gap: EventGap, _ namespace: NamespaceTag?) {
    let suggestion =
      gap.suggestion == nil
      ? "" : "; give a larger --buffer and, without CAP_NET_ADMIN, raise the sysctl net.core.rmem_max as well"
    let place = namespace.map { "network namespace \($0.namespace): " } ?? ""
    Diagnostics.report(place + gap.explanation + suggestion)
  }
}

extension OutputOptions {
  fileprivate func eventRenderer(
    interfaces: InterfaceNames, terminal: Terminal, showsNamespace: Bool
  ) throws(CommandFailure) -> any EventRenderer {
    switch try format() {
    case .json: throw .usage("--json would be an array without an end; use --ndjson, a line for each event")
    case .lines: return EventLineRenderer(interfaces: interfaces, output: ByteOutput())
    case .table:
      return EventTableRenderer(
        showsHeader: !noHeader, details: detailLines, showsNamespace: showsNamespace, interfaces: interfaces,
        terminal: terminal, output: ByteOutput())
    }
  }
}
