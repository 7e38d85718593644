internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of a descriptor that leads to a socket, and of its process.
extension HolderList.Entry: FieldWritable {
  func writeFields(to writer: inout FieldWriter) {
    writer.number("pid", holder.pid)
    writer.number("fd", holder.descriptor)
    writer.number("thread", holder.threadID)
    writer.number("io_uring_slot", holder.fixedFileSlot)
    if isInherited { writer.boolean("inherited", true) }
    process?.writeFields(to: &writer)
  }
}

/// The JSON fields of a process, without its id.
extension ProcessDetails: FieldWritable {
  func writeFields(to writer: inout FieldWriter) {
    writer.text("command", utf8: command)
    writer.text("executable", utf8: executable)
    writer.texts("arguments", arguments?.map { String(decoding: $0, as: UTF8.self) })
    writer.number("uid", uid)
    writer.number("start_ticks", process.startTicks)
    writer.text("cgroup", utf8: cgroup?.bytes)
    writer.text("unit", cgroup?.unit?.name)
    writer.object("container", cgroup?.container)
  }
}

extension Container: FieldWritable {
  func writeFields(to writer: inout FieldWriter) {
    writer.text("runtime", runtime.rawValue)
    writer.text("id", id)
    writer.text("pod_uid", podUID)
  }
}
