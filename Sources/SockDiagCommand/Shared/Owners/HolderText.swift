internal import SockDiagWire
internal import SocketOwners

extension [UInt8] {
  /// Appends the cell of a table: `nginx(812,fd=6)`, `^` before an inherited descriptor, and reasons if no process is known.
  mutating func append(_ list: HolderList) {
    for (index, group) in list.byProcess.enumerated() {
      guard let first = group.first else { continue }
      if index > 0 { append(UInt8(ascii: " ")) }
      append(process: first)
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

  /// Appends the beginning of a process, `nginx(812`; its descriptors and the parenthesis follow.
  mutating func append(process entry: HolderList.Entry) {
    if entry.isInherited { append(UInt8(ascii: "^")) }
    appendCell(entry.process?.command ?? Array("?".utf8))
    append(UInt8(ascii: "("))
    appendDecimal(UInt64(UInt32(bitPattern: entry.holder.pid)))
  }

  private mutating func append(_ holder: SocketHolder) {
    if let thread = holder.threadID {
      append(contentsOf: ",thread=".utf8)
      appendDecimal(UInt64(UInt32(bitPattern: thread)))
    }
    append(contentsOf: holder.fixedFileSlot == nil ? ",fd=".utf8 : ",io_uring=".utf8)
    appendDecimal(UInt64(holder.descriptor))
  }
}
