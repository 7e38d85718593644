internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of a descriptor that leads to a socket, and of its process.
extension HolderList.Entry: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writeDescriptor(to: &writer)
    if let process { writer.process(process) }
  }

  fileprivate func writeDescriptor<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("pid", holder.pid)
    writer.number("fd", holder.descriptor)
    writer.number("thread", holder.threadID)
    writer.number("io_uring_slot", holder.fixedFileSlot)
    if isInherited { writer.boolean("inherited", true) }
  }
}

/// The same with the fields of the process as text that was made before: a process may hold 10,000 sockets of a list.
struct ListedHolder: FieldWritable {
  let entry: HolderList.Entry
  /// `nil` if the process ended before it was looked at.
  let processText: JSONFieldText?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    entry.writeDescriptor(to: &writer)
    if let process = entry.process, let processText { writer.written(processText) { $0.process(process) } }
  }
}

/// The JSON text of processes, each made once.
struct ProcessTexts {
  private var texts: [HoldingProcess: JSONFieldText] = [:]

  /// Holders with the text of their processes.
  mutating func holders(_ list: HolderList) -> [ListedHolder] {
    list.entries.map { ListedHolder(entry: $0, processText: text($0.process)) }
  }

  private mutating func text(_ process: ProcessDetails?) -> JSONFieldText? {
    guard let process else { return nil }
    if let known = texts[process.process] { return known }
    let text = JSONFieldText { $0.process(process) }
    texts[process.process] = text
    return text
  }
}

extension FieldWriter {
  /// Writes the fields of a process, without its id.
  mutating func process(_ details: ProcessDetails) {
    text("command", utf8: details.command)
    text("executable", utf8: details.executable)
    texts("arguments", details.arguments?.map { String(decoding: $0, as: UTF8.self) })
    number("uid", details.uid)
    number("start_ticks", details.process.startTicks)
    text("cgroup", utf8: details.cgroup?.bytes)
    text("unit", details.cgroup?.unit?.name)
    if let container = details.cgroup?.container {
      object("container") {
        $0.text("runtime", container.runtime.rawValue)
        $0.text("id", container.id)
        $0.text("pod_uid", container.podUID)
      }
    }
  }
}
