internal import SocketOwners

/// The processes that hold one socket, or why none is known.
struct HolderList {
  struct Entry {
    var holder: SocketHolder
    /// `nil` if the process ended before it was looked at.
    var process: ProcessDetails?
    /// Whether its parent or another older process holds the socket by a descriptor of the same number: then this one has
    /// it from there, by a fork, perhaps without knowing.
    var isInherited: Bool
  }

  /// In ascending order of processes and descriptors, those first that inherited nothing.
  var entries: [Entry]
  /// Why there are none; `nil` if there are some.
  var reasons: MissingHolder.Reasons?

  /// Holders of one process, which may have several descriptors.
  var byProcess: [[Entry]] {
    var groups: [[Entry]] = []
    for entry in entries {
      let last = groups.last?.last
      if last?.holder.pid == entry.holder.pid, last?.isInherited == entry.isInherited {
        groups[groups.count - 1].append(entry)
      } else {
        groups.append([entry])
      }
    }
    return groups
  }
}

extension MissingHolder.Reasons {
  /// Names for programs, and for people where a cell has room for a word.
  private static let names: [(reason: MissingHolder.Reasons, name: String)] = [
    (.noProcess, "no-process"), (.unreadableProcess, "unreadable-process"), (.hiddenProcess, "hidden-process"),
    (.anotherPIDNamespace, "another-pid-namespace"), (.inFlight, "in-flight"), (.fixedFile, "io-uring-file"),
    (.kernel, "kernel"), (.closedMeanwhile, "closed-meanwhile"), (.unreadableThread, "unreadable-thread"),
    (.notSearchedAnew, "not-searched-anew"),
  ]

  /// The reasons that could not be excluded.
  var names: [String] { Self.names.filter { contains($0.reason) }.map(\.name) }

  /// Whether there is certainly no process that could use the socket: all that could not be excluded is that the kernel
  /// has it, or that its descriptor waits to be received.
  var excludesProcesses: Bool { isSubset(of: [.noProcess, .kernel, .inFlight, .closedMeanwhile]) }

  /// What the reasons mean for a socket of which no process was found, as a part of a sentence.
  var explanation: String {
    let clauses: [(MissingHolder.Reasons, String)] = [
      (.noProcess, "the kernel has it alone"), (.unreadableProcess, "processes of other users may not be read"),
      (.hiddenProcess, "proc hides processes of other users"), (.kernel, "the kernel itself may hold it"),
      (.inFlight, "its descriptor may be on its way through a UNIX socket"),
      (.anotherPIDNamespace, "its process may be outside of this PID namespace"),
      (.fixedFile, "an io_uring may hold it"), (.unreadableThread, "a thread could not be read"),
      (.closedMeanwhile, "it may have been closed while it was looked for"),
    ]
    let words = clauses.filter { contains($0.0) }.map(\.1)
    guard let last = words.last, words.count > 1 else { return words.first ?? "it has just ended" }
    return words.dropLast().joined(separator: ", ") + ", or " + last
  }

  /// Whether somebody with more privilege would see more.
  var takesPrivilege: Bool { !isDisjoint(with: [.unreadableProcess, .hiddenProcess, .unreadableThread]) }
}
