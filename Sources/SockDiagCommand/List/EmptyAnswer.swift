internal import SockDiag
internal import SockDiagWire

/// What to say on a terminal when no socket is shown: which options would show some.
struct EmptyAnswer {
  private let options: SelectionOptions
  private let defaultStates: SelectionOptions.DefaultStates

  init(_ options: SelectionOptions, _ defaultStates: SelectionOptions.DefaultStates) {
    self.options = options
    self.defaultStates = defaultStates
  }

  /// A change of the options, and its words.
  private struct Change {
    var remedy: String
    var change: (inout SelectionOptions) -> Void
  }

  /// The sentence, such as "1 listener matches: add -l or -a"; `nil` if no such change helps.
  ///
  /// One look at all sockets of the filter serves every question.
  func sentence(by inspector: inout SocketInspector, instead selection: Selection) throws -> String? {
    guard selection.kinds.allSatisfy({ $0 == .tcp || $0 == .udp }) else {
      return try sentenceOfAnyKind(by: &inspector, instead: selection)
    }
    var sockets: [InetSocket] = []
    for transport in [TransportProtocol.tcp, .udp] {
      let states = transport == .tcp ? SocketStateSet.all.union(.boundInactive) : .all
      let filter = selection.filter.withoutHolders
      sockets += try inspector.dump(SocketQuery(transport, states: states, matching: filter)).sockets
    }
    guard !sockets.isEmpty else { return nil }
    let passes = try Self.decisions(sockets, selection.filter.holderPart)
    for change in changes {
      var options = options
      change.change(&options)
      var wider = try options.selection(matching: selection.filter, default: defaultStates)
      // Those conditions are decided already.
      wider.filter = .everything
      let found = zip(sockets, passes).filter { $1 && wider.contains($0) == true }.map(\.0)
      if found.isEmpty { continue }
      let isListed = defaultStates == .connected && change.remedy == "add -a" && found.allSatisfy(Self.isListening)
      return "\(Self.text(found)): \(isListed ? "add -l or -a" : change.remedy)"
    }
    return nil
  }

  /// The sentence where other kinds than TCP and UDP are among those that were asked for: only their states can be wider.
  private func sentenceOfAnyKind(
    by inspector: inout SocketInspector, instead selection: Selection
  ) throws -> String? {
    guard !selection.filter.namesHolders else { return nil }
    var options = options
    options.breadth = .all
    let wider = try options.selection(matching: selection.filter, default: defaultStates)
    guard wider.states != selection.states else { return nil }
    var count = 0
    for query in wider.listedQueries {
      // A kind that the kernel does not list has a remark of its own.
      _ = try? query.forEach(by: &inspector) { _ in
        count += 1
        return .continue
      }
    }
    return count == 0 ? nil : "\(count.counted("socket matches", "sockets match")): add -a"
  }

  /// The changes to try, the smallest first.
  private var changes: [Change] {
    let breadth = Change(remedy: "add -a") {
      $0.breadth = .all
      $0.boundInactive = false
    }
    let `protocol` = Change(remedy: "leave \(options.kinds.first?.text ?? "-A") out") {
      $0.kinds = []
      $0.query = nil
    }
    let family = Change(remedy: "leave \(familyOption) out") {
      $0.family = nil
      $0.ipv4 = false
      $0.ipv6 = false
    }
    var changes: [Change] = []
    // States in the filter override options.
    if options.breadth != .all { changes.append(breadth) }
    if Set(options.kinds).count == 1 { changes.append(`protocol`) }
    if !familyOption.isEmpty { changes.append(family) }
    // Two options may stand in the way at once.
    guard changes.count > 1 else { return changes }
    let all = changes
    return changes + [
      Change(remedy: all.map(\.remedy).joined(separator: " and ")) { options in
        for change in all { change.change(&options) }
      }
    ]
  }

  /// Whether `-l` shows a socket.
  private static func isListening(_ socket: InetSocket) -> Bool {
    socket.state == (socket.protocol == .udp ? .close : .listen)
  }

  private var familyOption: String {
    if let family = options.family { return "'-f \(family.rawValue)'" }
    return options.ipv4 == options.ipv6 ? "" : options.ipv4 ? "-4" : "-6"
  }

  /// Whether each socket passes the conditions about processes.
  private static func decisions(_ sockets: [InetSocket], _ filter: SocketFilter) throws -> [Bool] {
    guard filter != .everything else { return sockets.map { _ in true } }
    let book = try HolderBook(sockets)
    return sockets.map { book.decides(filter, $0) == true }
  }

  /// "1 listener matches", "2 UDP sockets match", "3 TCP connections match".
  private static func text(_ sockets: [InetSocket]) -> String {
    let isUDP = sockets.allSatisfy { $0.protocol == .udp }
    let noun =
      if isUDP {
        "UDP socket"
      } else if sockets.allSatisfy({ $0.state == .listen }) {
        "listener"
      } else if sockets.allSatisfy({ $0.state == .timeWait }) {
        "closed connection in time-wait"
      } else if sockets.allSatisfy({ $0.protocol == .tcp && SocketStateSet.connected.contains(state: $0.state) }) {
        "TCP connection"
      } else {
        "socket"
      }
    let plural = noun == "closed connection in time-wait" ? "closed connections in time-wait" : "\(noun)s"
    return sockets.count.counted("\(noun) matches", "\(plural) match")
  }
}
