internal import ArgumentParser
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// `sockdiag kill`: an end for the process that holds a port.
struct Kill: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends the processes that hold a port, and reports what still holds it.",
    usage: "sockdiag kill [<options>] [ADDRESS:]PORT",
    discussion: """
      It ends all processes that hold a listener, a socket that is only bound, or a UDP socket without a peer. A socket \
      that was inherited has several. With an address, only sockets that conflict with a bind() to that address count: \
      sockets at the address and at wildcards that include it. Owners of connections are not ended without --connections, \
      because an outgoing connection can have any port.

      It shows the processes, asks, and looks at the descriptors of each process again before it sends the signal through \
      a pidfd. So it never signals a process that closed the socket, or another process that got the same id. Parents come \
      before their children. After the grace period it kills the processes that still hold the socket.

      If a systemd unit or a container runs a process, it names the command that stops the unit or container, which may \
      otherwise start the process again. With --yes such processes are left alone unless --supervised is given. It never \
      ends process 1 or itself. If systemd holds the port for a .socket unit, stop that unit.

      Outcomes: ended; killed; gone (ended in the meantime); not-holding (closed the socket before the signal, and got \
      none); released (closed the socket after the signal and runs on); running; denied (a privilege is missing); failed; \
      spared.

      Afterwards it watches the port for up to --settle, for a restarted server and for workers that end later, and less \
      if nothing is known that could restart it. Then it gives the answer of 'sockdiag why' for the same port, and names \
      the process or unit that restarted the server.

      Exit status: 0 free: bind() succeeds now; 1 no process held the port, or you answered no; 2 it depends on facts that \
      are unknown; 3 bind() fails with another error than EADDRINUSE; 71 in use, or nothing was done for the reported \
      reason; 75 no process holds the port, but closed connections still block it: 'sockdiag wait PORT --free' waits for \
      them; 77 a privilege is missing. With --dry-run: 0 if there is a process to end.
      """)

  @Argument(
    help: ArgumentHelp("8080, 53/udp, 127.0.0.1:8080, [::1]:8080, *:8080, or with names of hosts and services."))
  var port: String

  @Flag(name: .shortAndLong, help: "TCP, the default.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP.")
  var udp = false

  @Flag(help: "Also end the owners of connections from this local port.")
  var connections = false

  @Flag(help: "With --yes: also end processes that systemd or a container runtime may start again.")
  var supervised = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Show the processes and end none.")
  var dryRun = false

  @Option(help: ArgumentHelp("The first signal.", valueName: "name"))
  var signal = "TERM"

  @Option(
    help: ArgumentHelp("The time that a process has to end before it is killed: 500ms, 5s, 1m.", valueName: "time"))
  var grace = "5s"

  @Option(
    help: ArgumentHelp(
      "The time to watch the port for a restart: 500ms, 3s, 1m; 0 looks only once.", valueName: "time"))
  var settle = "3s"

  @Flag(help: "Do not kill processes that still run after the grace period.")
  var noKill = false

  @OptionGroup
  var namespace: NamespaceOption

  @Flag(help: "A JSON object: the processes, their outcomes, and the sockets that remain.")
  var json = false

  func run() throws {
    let manner = try manner()
    let settle = try DurationArgument.parse(settle, option: "--settle")
    // Names of hosts and interfaces are those of the namespace.
    try namespace.enter()
    let claim = try claim()
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to end processes without a question, or --dry-run to see which")
    }
    var ending = try PortEnding(claim, takesConnections: connections, namespace: namespace.netns)
    try refuse(&ending)
    if dryRun {
      try showPlan(ending, on: STDOUT_FILENO)
      return try ending.takeRemarks().end()
    }
    if yes {
      if !supervised, let refusal = EndingRefusal.supervised(ending.plan) { try give(refusal, ending) }
      // Said at once, for nothing may be said afterwards.
      for target in ending.plan.signalled where target.standing == .ancestor {
        Diagnostics.report("this command runs below \(target.name), so that this terminal or session may end as well")
      }
    } else if try !isWanted(&ending) {
      try give(CommandFailure(.negative, "nothing was ended"), ending)
    }
    let outcomes = ending.endAll(manner)
    let aftermath = try ending.aftermath(within: settle, after: outcomes)
    try report(&ending, outcomes, aftermath, manner)
  }

  // MARK: Options

  func manner() throws(CommandFailure) -> EndingManner {
    EndingManner(
      signal: try SignalArgument(parsing: signal), grace: try DurationArgument.parse(grace, option: "--grace"),
      kills: !noKill)
  }

  func claim() throws(CommandFailure) -> PortClaim {
    let port = try PortArgument(parsing: port)
    try port.requireInterface()
    guard port.port != 0 else {
      throw .usage("port 0 lets the kernel choose a port; give the port that it chose")
    }
    return PortClaim(port: port, transports: try port.transports(tcp: tcp, udp: udp))
  }

  // MARK: Before

  /// Ends the command where there is nothing to end, or something speaks against it.
  private func refuse(_ ending: inout PortEnding) throws {
    if ending.plan.sockets.isEmpty {
      guard !ending.found.connections.isEmpty else {
        let other = try ending.holdersOfOtherProtocol()
        try give(
          EndingRefusal.nothing(ending.found, ending.claim, other: other, namespace: namespace.netns), ending)
        return
      }
      let held = try ending.holdersOfConnections()
      if !json { try EndingText.table(held, ending.claim, on: STDERR_FILENO) }
      try give(
        EndingRefusal.connections(held, ending.claim, choosable: KernelSettings().choosablePorts), ending)
    }
    let units = ending.socketUnits()
    if let refusal = EndingRefusal.reason(ending.plan, socketUnit: { units[$0.inode] }) {
      if !json { try EndingText.show(ending.plan, on: STDERR_FILENO) }
      try give(refusal, ending)
    }
  }

  /// Ends the command with a reason. Programs get their object all the same.
  private func give(_ refusal: CommandFailure, _ ending: borrowing PortEnding) throws {
    if json { try write(EndingFields(plan: ending.plan)) }
    throw refusal
  }

  private func showPlan(_ ending: borrowing PortEnding, on descriptor: Int32) throws {
    if json, descriptor == STDOUT_FILENO { return try write(EndingFields(plan: ending.plan)) }
    try EndingText.show(ending.plan, on: descriptor)
  }

  /// Asks. What is asked about is part of the question, so it stands where that stands.
  private func isWanted(_ ending: inout PortEnding) throws -> Bool {
    try EndingText.show(ending.plan, on: STDERR_FILENO)
    var remarks = ending.takeRemarks()
    remarks.say()
    let targets = ending.plan.signalled
    let what = targets.count == 1 ? "this process" : "these \(targets.count) processes"
    let supervisors = targets.compactMap { $0.supervisor?.name }
    let despite = supervisors.isEmpty ? "" : ", although run by \(Listing.unique(supervisors))"
    return try Question.isAnsweredYes("End \(what)\(despite)?")
  }

  // MARK: Afterwards

  private func report(
    _ ending: inout PortEnding, _ outcomes: [EndingOutcome], _ aftermath: Aftermath, _ manner: EndingManner
  ) throws {
    var remarks = ending.takeRemarks()
    let denied = outcomes.count { $0.status == .noPermission }
    if denied > 0 {
      let processes = denied == 1 ? "1 process" : "\(denied) processes"
      remarks.add("\(processes) may not be signalled by this user; \(CommandUser.cure)", .noPermission)
    }
    let isHeld = !aftermath.isFree
    if isHeld {
      if aftermath.verdict == .conflict, !ending.plan.unheld.isEmpty, let hidden = EndingRefusal.unheld(ending.plan) {
        remarks.add(hidden.message, hidden.status)
      }
      for sentence in aftermath.sentences { remarks.add(sentence, aftermath.status) }
    }
    if let other = try ending.holdersOfOtherProtocol(), !other.names.isEmpty {
      let transport = other.claim.transports == [.udp] ? "UDP" : "TCP"
      remarks.add(
        "\(transport) port \(other.claim.port.description) is another port, which \(Listing.unique(other.names)) holds")
    }
    if outcomes.contains(where: { $0.status == .system }) { remarks.add(status: .system) }
    if json {
      try write(EndingFields(plan: ending.plan, outcomes: outcomes, aftermath: aftermath))
    } else {
      let lines = zip(ending.plan.targets, outcomes).map { EndingText.line(about: $0, $1, manner) }
      try EndingText.write(lines + (isHeld ? [] : aftermath.sentences), on: STDOUT_FILENO)
    }
    try remarks.end()
  }

  private func write(_ fields: EndingFields) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes.appendJSONLine(fields)
    try output.flush()
  }
}
