internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of a descriptor that leads to a socket, and of its process.
extension HolderList.Entry: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("pid", holder.pid)
    writer.number("fd", holder.descriptor)
    writer.number("thread", holder.threadID)
    writer.number("io_uring_slot", holder.fixedFileSlot)
    if isInherited { writer.boolean("inherited", true) }
    if let fields { writer.recorded(fields) } else if let process { writer.process(process) }
  }
}

/// The JSON fields of a process, without its id.
struct ProcessFields: FieldWritable {
  let details: ProcessDetails

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) { writer.process(details) }
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
