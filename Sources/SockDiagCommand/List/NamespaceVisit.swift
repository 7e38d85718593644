internal import SockDiag

/// Reads sockets in many namespaces, and remembers those that were not read, or not through sock_diag.
struct NamespaceVisit {
  private let namespaces: [NamespaceTag]
  private var forbidden: [NamespaceTag] = []
  /// Read from the tables of a process, because they may not be entered.
  private var seenFromOutside: [NamespaceTag] = []
  private var ended: [NamespaceTag] = []

  init(_ namespaces: [NamespaceTag]) { self.namespaces = namespaces }

  /// Opens an inspector in each namespace, one after the other.
  mutating func forEach(_ remarks: inout Remarks, _ body: (inout LiveSockets) throws -> Void) throws {
    for namespace in namespaces {
      try attempt(namespace, &remarks) { remarks in
        var sockets = try LiveSockets(in: namespace)
        try body(&sockets)
        remarks.add(sockets.remarks)
        return sockets.barrier == nil
      }
    }
    note(&remarks)
  }

  /// Looks at one namespace. A failure spoils only its part.
  ///
  /// - Parameter body: Returns whether the namespace was entered.
  mutating func attempt<Failure>(
    _ namespace: NamespaceTag, _ remarks: inout Remarks, _ body: (inout Remarks) throws(Failure) -> Bool
  ) throws(Failure) {
    do throws(Failure) {
      if try !body(&remarks) { seenFromOutside.append(namespace) }
    } catch {
      guard let error = error as? SockDiagError else { throw error }
      switch error.code {
      case .namespaceForbidden: forbidden.append(namespace)
      case .namespaceGone: ended.append(namespace)
      default: remarks.add("network namespace \(namespace.namespace): \(error)", .partial)
      }
    }
  }

  /// Adds what was not seen.
  func note(_ remarks: inout Remarks) {
    let suggestion = SockDiagError.suggestionForNamespaces
    if !seenFromOutside.isEmpty {
      remarks.add(
        "this user may not enter \(Self.text(seenFromOutside)), so the tables of a process in each were read; they lack"
          + " cookies, interfaces, and sockets that are only bound; \(suggestion)", .partial)
    }
    if !forbidden.isEmpty {
      let elsewhere = seenFromOutside.isEmpty ? "" : "; if processes are in them, they are shown as process ids"
      remarks.add("this user may not enter \(Self.text(forbidden))\(elsewhere); \(suggestion)", .partial)
    }
    if !ended.isEmpty { remarks.add("\(Self.text(ended)) ended meanwhile") }
  }

  /// "network namespace blue", "12 network namespaces (blue, 812, 900, …)".
  static func text(_ namespaces: [NamespaceTag]) -> String {
    let labels = namespaces.map(\.namespace.label)
    if labels.count == 1 { return "network namespace \(labels[0])" }
    let shown = labels.prefix(4).joined(separator: ", ") + (labels.count > 4 ? ", …" : "")
    return "\(labels.count) network namespaces (\(shown))"
  }
}

extension SockDiagError {
  /// What helps where a namespace may not be entered.
  static var suggestionForNamespaces: String {
    SockDiagError(.namespaceForbidden, operation: "").suggestion ?? "run as root"
  }
}

extension Remarks {
  /// Adds what a search for namespaces may have missed.
  mutating func note(_ list: NetworkNamespaceList) {
    if list.unseenProcesses > 0 {
      let processes = list.unseenProcesses.counted("process", "processes")
      add(
        "namespaces that only a descriptor of \(processes) holds may be missing; run as root to see them")
    }
    if !list.unreadPaths.isEmpty {
      add("namespaces may be missing, because \(list.unreadPaths.joined(separator: ", ")) cannot be read", .partial)
    }
    if !list.emptyNames.isEmpty {
      let names = list.emptyNames.joined(separator: ", ")
      add("in /run/netns, \(names) leads to no network namespace; 'ip netns delete' removes the name")
    }
  }

  /// Adds that the terminal is too narrow for some columns.
  mutating func note(omitted titles: [String]) {
    if !titles.isEmpty { add("no room for \(titles.joined(separator: ", ")): add --wide") }
  }
}
