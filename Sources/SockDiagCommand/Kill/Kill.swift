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
      Meant are the holders of listeners, of sockets that are only bound and of UDP sockets without a peer: all of \
      them, for a socket is shared by whoever inherited it. With an address, those in the way of who binds it: of the \
      same address, and of the wildcards that take it in. The owner of a connection is not meant, unless --connections \
      asks for it: an outgoing connection may have any port.

      Shows them, asks, and signals each after a look at its descriptors, by a pidfd: who has closed the socket or ended \
      since, or has the id of one who did, gets nothing. Parents come before their children. Who still holds the \
      socket after the grace is killed.

      A unit of systemd and a container are named with the command that stops them, for they may start the process \
      again; with --yes they are left alone unless --supervised is given. Neither process 1 nor this command is ever \
      ended: what systemd holds for a .socket unit is given back by stopping that unit.

      Outcomes: ended; killed; gone before it was its turn; not-holding: closed the socket before, and was not \
      signalled; released: closed it after the signal and runs on; running; denied for want of privilege; failed; \
      spared.

      Afterwards the port is watched for up to --settle: for something that starts the server again, and for workers that \
      end later. It ends sooner where nothing is known that could do so. Then it says what 'sockdiag why' says of the \
      same port, and names the process or unit that started the server again.

      Exit status: 0 free: bind() succeeds now; 1 no process held the port, or you answered no; 2 whether it is free \
      depends on what cannot be seen; 3 bind() fails with another error than that of a port in use; 71 in use, or nothing \
      was done for the reason that is given; 75 no process holds it any more, but closed connections block it for a time, \
      which 'sockdiag wait PORT --free' waits for; 77 a privilege is missing. With --dry-run it is 0 if there is a process \
      to end.
      """)

  @Argument(help: ArgumentHelp("8080, 53/udp, 127.0.0.1:8080, [::1]:8080, *:8080; names of hosts and services too."))
  var port: String

  @Flag(name: .shortAndLong, help: "TCP, as without -t and -u.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP.")
  var udp = false

  @Flag(help: "Also the owners of connections whose local port it is.")
  var connections = false

  @Flag(help: "With --yes: also processes that systemd or a container runtime may start again.")
  var supervised = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Only show who would be ended.")
  var dryRun = false

  @Option(help: ArgumentHelp("What is sent first.", valueName: "name"))
  var signal = "TERM"

  @Option(help: ArgumentHelp("How long a process has to end before it is killed: 500ms, 5s, 1m.", valueName: "time"))
  var grace = "5s"

  @Option(
    help: ArgumentHelp(
      "How long the port is watched for a restart: 500ms, 3s, 1m; 0 looks only once.", valueName: "time"))
  var settle = "3s"

  @Flag(help: "Do not kill who has not ended after the grace.")
  var noKill = false

  @OptionGroup
  var namespace: NamespaceOption

  @Flag(help: "A JSON object: who held the port, what became of them, what is left.")
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
      throw .usage("port 0 is none: it lets the kernel choose one; write the port that it chose")
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
