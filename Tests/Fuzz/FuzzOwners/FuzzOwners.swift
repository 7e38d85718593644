import SocketOwners

/// Fuzzes one text of a process, or a directory listing: the first byte chooses which. Invalid parts must not produce a
/// value.
@c(LLVMFuzzerTestOneInput)
public func fuzzOwners(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: count).span
  let text = bytes.extracting(1..<count)
  switch bytes[0] % 6 {
  case 0: readLink(text)
  case 1: readInformation(text)
  case 2: readStatus(text)
  case 3: readMembership(text)
  case 4: readMounts(text)
  default: readEntries(text)
  }
  return 0
}

private func readLink(_ text: Span<UInt8>) {
  guard case .socket(let inode) = LinkTarget(text) else { return }
  precondition(inode != 0 && text.count >= 10 && text[text.count - 1] == UInt8(ascii: "]"))
}

private func readInformation(_ text: Span<UInt8>) {
  let information = DescriptorInfo(text)
  // A line of such a file has at least a digit, a colon and the ten bytes of a socket's name.
  precondition((information.fixedSockets?.count ?? 0) <= text.count / 12)
  precondition(information.fixedSockets?.allSatisfy { $0.inode != 0 } ?? true)
}

private func readStatus(_ text: Span<UInt8>) {
  if let status = ProcessStat(text) { precondition(status.command.count < text.count) }
  _ = ProcCredentials(text).seesThrough(ProcMount())
}

private func readMembership(_ text: Span<UInt8>) {
  guard let path = CgroupPath(membership: text) else { return }
  precondition(path.bytes.first == UInt8(ascii: "/") && path.bytes.count <= text.count)
  if let unit = path.unit {
    precondition(!unit.name.isEmpty && unit.displayName.utf8.count <= unit.name.utf8.count)
  }
  if let container = path.container { precondition(!container.id.isEmpty) }
}

private func readMounts(_ text: Span<UInt8>) {
  for device in [UInt64(21), 0, .max] { _ = ProcMount.options(of: device, text) }
}

private func readEntries(_ text: Span<UInt8>) {
  DirectoryEntries.forEach(text) { entry in
    precondition(entry.name.lowerBound >= 0 && entry.name.upperBound <= text.count)
    _ = DecimalText.value(text, entry.name)
  }
}
