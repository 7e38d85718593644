internal import SocketOwners

extension DetailText {
  /// Appends a line about a process that holds the socket by one or more descriptors.
  mutating func append(_ group: [HolderList.Entry]) {
    guard let first = group.first else { return }
    line("process")
    number("pid", UInt32(bitPattern: first.holder.pid))
    for entry in group { number("fd", entry.holder.descriptor) }
    guard let process = first.process else { return }
    number("uid", process.uid)
    name("unit", process.cgroup?.unit?.name)
    if let container = process.cgroup?.container { name(container.runtime.rawValue, container.id) }
    name("exe", process.executable.map { String(decoding: $0, as: UTF8.self) })
    if let arguments = process.arguments {
      rest("args", arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    }
  }
}
