internal import SockDiagWire
internal import SocketOwners

/// The processes that hold one socket, or why none is known.
struct HolderList {
  struct Entry {
    var holder: SocketHolder
    /// `nil` if the process ended before it was looked at.
    var process: ProcessDetails?
    /// The JSON fields of the process, if they were written before.
    var fields: RecordedFields<ProcessFields>?
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

extension HolderList.Entry {
  init(_ known: KnownHolder) {
    self.init(holder: known.holder, process: known.process, isInherited: known.isInherited)
  }
}
