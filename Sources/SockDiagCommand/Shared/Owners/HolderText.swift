internal import SockDiagWire
internal import SocketOwners

extension [UInt8] {
  /// Appends the cell of a table: `nginx(812,fd=6)`, an inherited descriptor behind `^`, reasons where nobody is known.
  mutating func append(_ list: HolderList) {
    for (index, group) in list.byProcess.enumerated() {
      guard let first = group.first else { continue }
      if index > 0 { append(UInt8(ascii: " ")) }
      if first.isInherited { append(UInt8(ascii: "^")) }
      appendCell(first.process?.command ?? Array("?".utf8))
      append(UInt8(ascii: "("))
      appendDecimal(UInt64(UInt32(bitPattern: first.holder.pid)))
      for entry in group { append(entry.holder) }
      append(UInt8(ascii: ")"))
    }
    guard list.entries.isEmpty else { return }
    let reasons = list.reasons ?? []
    if reasons == .noProcess {
      append(UInt8(ascii: "-"))
    } else if reasons.takesPrivilege || reasons.isEmpty {
      append(UInt8(ascii: "?"))
    } else {
      append(contentsOf: "(\(reasons.names.joined(separator: "|")))".utf8)
    }
  }

  private mutating func append(_ holder: SocketHolder) {
    if let thread = holder.threadID {
      append(contentsOf: ",thread=".utf8)
      appendDecimal(UInt64(UInt32(bitPattern: thread)))
    }
    append(contentsOf: holder.fixedFileSlot == nil ? ",fd=".utf8 : ",io_uring=".utf8)
    appendDecimal(UInt64(holder.descriptor))
  }

  /// Appends a JSON array of holders, an object for each descriptor.
  mutating func appendJSON(_ list: HolderList) {
    append(UInt8(ascii: "["))
    for (index, entry) in list.entries.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      appendJSON(entry)
    }
    append(UInt8(ascii: "]"))
  }

  private mutating func appendJSON(_ entry: HolderList.Entry) {
    append(contentsOf: "{\"pid\":\(entry.holder.pid),\"fd\":\(entry.holder.descriptor)".utf8)
    if let thread = entry.holder.threadID { append(contentsOf: ",\"thread\":\(thread)".utf8) }
    if let slot = entry.holder.fixedFileSlot { append(contentsOf: ",\"io_uring_slot\":\(slot)".utf8) }
    if entry.isInherited { append(contentsOf: ",\"inherited\":true".utf8) }
    if let process = entry.process { appendJSONMembers(of: process) }
    append(UInt8(ascii: "}"))
  }

  /// Appends what is known about a process but its id, each member behind a comma.
  mutating func appendJSONMembers(of process: ProcessDetails) {
    appendJSON("command", process.command)
    if let executable = process.executable { appendJSON("executable", executable) }
    if let arguments = process.arguments {
      append(contentsOf: ",\"arguments\":[".utf8)
      for (index, argument) in arguments.enumerated() {
        if index > 0 { append(UInt8(ascii: ",")) }
        appendJSONString(String(decoding: argument, as: UTF8.self))
      }
      append(UInt8(ascii: "]"))
    }
    if let uid = process.uid { append(contentsOf: ",\"uid\":\(uid)".utf8) }
    append(contentsOf: ",\"start_ticks\":\(process.process.startTicks)".utf8)
    if let cgroup = process.cgroup { appendJSON("cgroup", cgroup.bytes) }
    if let unit = process.cgroup?.unit { appendJSON("unit", Array(unit.name.utf8)) }
    if let container = process.cgroup?.container {
      append(contentsOf: ",\"container\":{\"runtime\":".utf8)
      appendJSONString(container.runtime.rawValue)
      appendJSON("id", Array(container.id.utf8))
      if let pod = container.podUID { appendJSON("pod_uid", Array(pod.utf8)) }
      append(UInt8(ascii: "}"))
    }
  }

  /// Appends a comma, a key and a text, of which what is no UTF-8 is replaced.
  mutating func appendJSON(_ key: StaticString, _ text: [UInt8]) {
    append(contentsOf: ",\"\(key)\":".utf8)
    appendJSONString(String(decoding: text, as: UTF8.self))
  }
}
