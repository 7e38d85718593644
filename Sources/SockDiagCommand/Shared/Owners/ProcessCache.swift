internal import SockDiag
internal import SocketOwners

/// What is made once for each process of a ``HolderBook`` and needed for each of its sockets. A proxy may have 100,000.
final class ProcessCache {
  private var fieldsByProcess: [Int32: RecordedFields<ProcessFields>] = [:]
  private var holders: [Int32: FilterHolder] = [:]
  /// The filter whose conditions the holders have answered.
  private var filter: SocketFilter?

  /// The JSON fields of a process.
  func fields(_ details: ProcessDetails) -> RecordedFields<ProcessFields> {
    if let known = fieldsByProcess[details.process.pid] { return known }
    let fields = RecordedFields(ProcessFields(details: details))
    fieldsByProcess[details.process.pid] = fields
    return fields
  }

  /// A process with its answers to a filter.
  ///
  /// - Parameter details: `nil` if the process ended before it was looked at.
  func holder(_ pid: Int32, _ details: ProcessDetails?, answering filter: SocketFilter) -> FilterHolder {
    if filter != self.filter {
      self.filter = filter
      holders = [:]
    }
    if let known = holders[pid] { return known }
    let holder = FilterHolder(pid, details).answering(filter)
    holders[pid] = holder
    return holder
  }
}

extension FilterHolder {
  /// The properties of a process that a filter compares.
  init(_ pid: Int32, _ details: ProcessDetails?) {
    self.init(
      processID: pid, command: details?.name ?? "",
      commandLine: details?.arguments.map { $0.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") },
      supervision: details?.cgroup.map { cgroup in
        let container = cgroup.container
        return Supervision(unit: cgroup.unit?.name, container: [container?.id, container?.podUID].compactMap(\.self))
      })
  }
}
