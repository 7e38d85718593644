internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

extension DiagnosisText {
  mutating func blockers(_ diagnosis: Diagnosis) {
    list(diagnosis.sockets.filter { if case .blocks? = $0.effect { true } else { false } }, "Blocks", diagnosis)
    let uncertain = diagnosis.sockets.filter { if case .depends? = $0.effect { true } else { false } }
    let title =
      switch diagnosis.probe {
      case .succeeded?: "On the port, but harmless, as the bind() shows"
      case .failed(.addressInUse)? where diagnosis.blockers.count == 1: "Blocks, as the bind() shows"
      case .failed(.addressInUse)?: "May block: at least one on the port does, as the bind() shows"
      default: "May block"
      }
    list(uncertain, title, diagnosis)
  }

  mutating func harmless(_ diagnosis: Diagnosis) {
    let rest = diagnosis.sockets.filter { !$0.mayBlock }
    list(rest, diagnosis.prediction.effects.isEmpty ? "On the port" : "On the port, but harmless", diagnosis)
  }

  /// Sockets that differ only in their peer are one line with their number: a busy server has thousands.
  private mutating func list(_ sockets: [DiagnosedSocket], _ title: String, _ diagnosis: Diagnosis) {
    guard !sockets.isEmpty else { return }
    heading(title)
    var groups: [SocketKind: [DiagnosedSocket]] = [:]
    var order: [SocketKind] = []
    for socket in sockets {
      let kind = SocketKind(socket)
      if groups[kind] == nil { order.append(kind) }
      groups[kind, default: []].append(socket)
    }
    // What is said of several in a row is said once, below the last of them.
    var pending: [String] = []
    for kind in order.prefix(Self.limit) {
      guard let group = groups[kind], let first = group.first else { continue }
      let sentences = reasons(first, diagnosis)
      if sentences != pending { for sentence in pending { line(sentence, indent: 6) } }
      pending = sentences
      line(Self.title(first, count: group.count))
    }
    for sentence in pending { line(sentence, indent: 6) }
    if order.count > Self.limit { line("and \(Self.count(order.count - Self.limit, "kind")) more") }
  }

  private static let limit = 20

  /// What lets sockets be told together.
  private struct SocketKind: Hashable {
    var use: PortUse
    var local: SocketAddress
    var interface: UInt32
    var state: SocketState
    var effect: SocketEffect?
    var pids: [Int32]
    /// Sockets of which there are only few are told one by one.
    var cookie: SocketCookie?

    init(_ socket: DiagnosedSocket) {
      use = socket.use
      local = socket.socket.local
      interface = socket.socket.interfaceIndex
      state = socket.socket.state
      effect = socket.effect
      pids = socket.holders.map(\.pid)
      let isSingle = [.listener, .boundInactive, .datagram].contains(socket.use)
      cookie = isSingle ? socket.socket.cookie : nil
    }
  }

  static func title(_ socket: DiagnosedSocket, count: Int) -> String {
    let record = socket.socket
    let name =
      switch socket.use {
      case .listener: "listener"
      case .boundInactive: "bound, not listening"
      case .connection where record.protocol != .tcp, .outgoingConnection where record.protocol != .tcp:
        "connected UDP socket"
      case .connection: "connection (\(record.state))"
      case .outgoingConnection: "outgoing connection (\(record.state))"
      case .orphan: "connection without a process (\(record.state))"
      case .timeWait: "\(record.state)"
      case .request: "connection that is being made"
      case .unaccepted: "connection that waits to be accepted (\(record.state))"
      case .datagram: "UDP socket"
      }
    var text = count == 1 ? name : "\(count) × \(name)"
    text += "  \(EndpointText.local(record))"
    if count == 1, record.remote.port != 0 { text += " → \(EndpointText.remote(record))" }
    let owner = owner(socket)
    return owner.isEmpty ? text : text + "  " + owner
  }

  /// Who holds it, with what a person needs to find it again.
  private static func owner(_ socket: DiagnosedSocket) -> String {
    if let missing = socket.holdersMissing {
      if missing == .noProcess { return "" }
      let user = socket.socket.uid.map { ", user \(UserName.text($0))" } ?? ""
      return missing.takesPrivilege
        ? "its process is hidden from this user\(user)" : "no process found: \(missing.explanation)\(user)"
    }
    var words: [String] = []
    for process in socket.processes.prefix(4) {
      let holders = socket.holders.filter { $0.pid == process.process.pid }
      var word = "\(String(decoding: process.command, as: UTF8.self)) (pid \(process.process.pid)"
      if let holder = holders.first { word += ", fd \(holder.descriptor)" }
      word += ")"
      if let user = process.uid { word += ", user \(UserName.text(user))" }
      if let container = process.cgroup?.container {
        word += ", \(container.runtime.rawValue) container \(container.id.prefix(12))"
      } else if let unit = process.cgroup?.unit {
        word += ", unit \(unit.displayName)"
      }
      words.append(word)
    }
    if socket.processes.count > 4 { words.append("\(socket.processes.count - 4) more processes") }
    return words.joined(separator: "; ")
  }

  mutating func release(_ diagnosis: Diagnosis) {
    guard diagnosis.verdict == .conflict || diagnosis.verdict == .depends, !diagnosis.blockers.isEmpty else { return }
    heading("Until")
    if let rest = diagnosis.freeIn {
      line("\(TimeText.seconds(rest)) from now: by then the kernel forgets the last of what blocks.")
      return
    }
    let releases = diagnosis.blockers.map(\.release)
    if releases.contains(.whenClosed) {
      let processes = Set(
        diagnosis.blockers.flatMap { $0.processes.map { String(decoding: $0.command, as: UTF8.self) } })
      let names = processes.isEmpty ? "the process that has it" : Self.list(processes.sorted())
      let verb = processes.count > 1 ? "keep" : "keeps"
      let unheld = diagnosis.blockers.filter { $0.release == .whenClosed && $0.holdersMissing?.takesPrivilege == false }
      if processes.isEmpty, let socket = unheld.first {
        line("until it is closed; no process was found that could do so.")
        if socket.socket.protocol == .udp { line(Self.tunnels) }
      } else {
        line("as long as \(names) \(verb) it open; nothing but that frees the port.")
      }
    }
    if releases.contains(.whenPeerAnswers) {
      line("until the peer answers, or the kernel gives up on it, which takes minutes.")
    }
    for case .afterOrLater(let rest) in releases.prefix(1) {
      line("\(TimeText.seconds(rest)) from now, or 60 s after the peer closes if it does so before.")
    }
    let left = diagnosis.blockers.compactMap { blocker in
      if case .after(let rest) = blocker.release { rest } else { nil }
    }
    if let longest = left.max() {
      line("what is in time-wait goes by itself, the last in \(TimeText.seconds(longest)).")
    }
  }

  /// What in the kernel has UDP ports of its own, and goes with its interface.
  static let tunnels =
    "The kernel itself has UDP ports for tunnels (vxlan, geneve, WireGuard): 'ip -d link' shows them with their ports, and"
    + " deleting the interface frees one."

  mutating func elsewhere(_ diagnosis: Diagnosis) {
    guard !diagnosis.elsewhere.isEmpty else { return }
    heading("In other network namespaces, which are in nobody's way here")
    for listener in diagnosis.elsewhere.prefix(Self.limit) {
      var text =
        "\(listener.socket.protocol == .udp ? "UDP socket" : "listener")  \(EndpointText.local(listener.socket))"
      if let process = listener.process {
        text += "  \(String(decoding: process.command, as: UTF8.self)) (pid \(process.process.pid))"
        if let container = process.cgroup?.container {
          text += ", \(container.runtime.rawValue) container \(container.id.prefix(12))"
        }
      }
      line(text)
    }
  }

  /// What the answer rests on, and what it lacks.
  mutating func scope(_ diagnosis: Diagnosis) {
    heading("Checked")
    let transport = diagnosis.request.protocol == .udp ? "UDP" : "TCP"
    let place = namespace.map { "namespace \($0)" } ?? "this network namespace"
    let settings = diagnosis.blindSpots.contains(.settings) ? "" : "; kernel settings"
    line("\(transport) sockets of both families in all states, in \(place)\(settings).")
    if leavesOutIPv6 { line("No IPv6 address: this host has no IPv6, and servers then bind IPv4 alone.") }
    if let substitution = diagnosis.substitution {
      line(substitution.remarkOnSubstitution(for: diagnosis.request.protocol) + ".")
    }
    if diagnosis.verdict == .free, diagnosis.probe != .succeeded, !diagnosis.restraints.selective.isEmpty {
      let names = RestraintText.names(diagnosis.restraints.selective)
      line("Nothing refuses this bind() to this command. To another program it may be refused by \(names).")
    }
    let read = diagnosis.sockets.count { $0.optionsSource == .read }
    if read > 0 { line("Socket options of \(Self.count(read, "socket")), read from the processes that hold them.") }
    let inferred = diagnosis.sockets.count { $0.optionsSource == .inferred }
    if inferred > 0 {
      line("SO_REUSEPORT of \(Self.count(inferred, "listener")), without which they could not be there together.")
    }
    if case .impossible(let error)? = diagnosis.probe { line("A bind() was not possible: \(error).") }
    // The sentence on /proc/net names what it lacks.
    let named: Diagnosis.BlindSpots = diagnosis.substitution == nil ? [] : [.boundSockets, .otherNamespaces]
    var unseen = diagnosis.blindSpots.subtracting(named)
    if diagnosis.verdict != .free || diagnosis.probe == .succeeded { unseen.remove(.cgroupPrograms) }
    for sentence in Self.sentences(unseen) { line("Not seen: \(sentence).") }
    if diagnosis.prediction.caveats.contains(.bucketMemory), diagnosis.verdict != .free {
      line(
        "With SO_REUSEPORT the kernel may remember that the port was shared, and let a bind() pass that the rule refuses; --probe tells."
      )
    }
    if diagnosis.prediction.caveats.contains(.listenRace) {
      line("Another socket is bound here with SO_REUSEADDR: if it listens first, listen() fails with EADDRINUSE.")
    }
  }

  /// Names as a sentence has them.
  private static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  /// What may help who sees too little. Root of a container is told no more by being root.
  private static var cure: String {
    CommandUser.effective == 0 ? "here not even root may look (CAP_SYS_PTRACE, on the host)" : "root may see more"
  }

  private static func sentences(_ blindSpots: Diagnosis.BlindSpots) -> [String] {
    let sentences: [(Diagnosis.BlindSpots, String)] = [
      (.incompleteList, "some sockets, for the list changed while it was read; run it again"),
      (
        .boundSockets,
        "sockets that are bound and do nothing, which this kernel does not report (Linux 6.8 does); \(cure)"
      ),
      (.processes, "processes of other users; \(cure)"),
      (.options, "options of sockets that other users' processes hold; \(cure)"),
      (.otherNamespaces, "listeners in other network namespaces, which never conflict; \(cure)"),
      (.address, "whether the address is one of this host"),
      (.settings, "settings of the kernel, for /proc/sys cannot be read"),
      (.restraints, "what security modules, filters and BPF programs say to the bind(), for it could not be tried"),
      (.latePrograms, "what the BPF program of the cgroup says that is asked after the bind"),
      (.cgroupPrograms, "BPF programs of the cgroup that are asked after the bind, which are rare; \(cure)"),
    ]
    return sentences.filter { blindSpots.contains($0.0) }.map(\.1)
  }
}
