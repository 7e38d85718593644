import SockDiag
import SockDiagWire

/// Fuzzes a table of `/proc/net`. The first bytes choose the table and where it is split in two. Read whole and read in
/// pieces, it must give the same rows and the same faults.
@c(LLVMFuzzerTestOneInput)
public func fuzzProcNet(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: count).span
  let table = bytes.extracting(1..<count)
  let tear = Int(bytes[0] >> 2) * table.count / 64
  let whole = read(bytes[0], [table.count], table)
  let torn = read(bytes[0], [tear, table.count], table)
  precondition(whole.sockets == torn.sockets && whole.faults == torn.faults)
  precondition(whole.faults.allSatisfy { $0.offset >= 0 && $0.offset <= table.count })
  let wholeUnix = readUnix([table.count], table)
  let tornUnix = readUnix([tear, table.count], table)
  precondition(wholeUnix.sockets == tornUnix.sockets && wholeUnix.faults == tornUnix.faults)
  precondition(wholeUnix.faults.allSatisfy { $0.offset >= 0 && $0.offset <= table.count })
  precondition(wholeUnix.sockets.allSatisfy { ($0.name?.bytes.count ?? 0) <= table.count && $0.source == .procNet })
  check(ProcNetTable.netlink, tear, table)
  check(ProcNetTable.packet, tear, table)
  return 0
}

/// The same for a table whose rows have columns between blanks.
private func check<Socket: KernelSocket & Equatable>(_ form: ProcNetTable<Socket>, _ tear: Int, _ table: Span<UInt8>) {
  let bytes = table.indices.map { table[$0] }
  let whole = read(form, [bytes[...]])
  let torn = read(form, [bytes[..<tear], bytes[tear...]])
  precondition(whole.sockets == torn.sockets && whole.faults == torn.faults)
  precondition(whole.faults.allSatisfy { $0.offset >= 0 && $0.offset <= table.count })
  precondition(whole.sockets.allSatisfy { $0.source == .procNet && $0.identity == nil })
}

private func read<Socket>(
  _ form: ProcNetTable<Socket>, _ pieces: [ArraySlice<UInt8>]
) -> (sockets: [Socket], faults: [WireError]) {
  var sockets: [Socket] = []
  var faults: [WireError] = []
  form.forEach(in: pieces, onFault: { faults.append($0) }) { socket in
    sockets.append(socket)
    return .continue
  }
  return (sockets, faults)
}

private func read(
  _ kind: UInt8, _ ends: [Int], _ table: Span<UInt8>
) -> (sockets: [InetSocket], faults: [WireError]) {
  var sockets: [InetSocket] = []
  var faults: [WireError] = []
  var parser = ProcNetParser(kind & 1 == 0 ? .tcp : .udp, family: kind & 2 == 0 ? .inet : .inet6)
  var start = 0
  for end in ends {
    _ = parser.parse(table.extracting(start..<end), onFault: { faults.append($0) }) { socket in
      sockets.append(socket)
      return .continue
    }
    start = end
  }
  _ = parser.finish(onFault: { faults.append($0) }) { socket in
    sockets.append(socket)
    return .continue
  }
  return (sockets, faults)
}

private func readUnix(_ ends: [Int], _ table: Span<UInt8>) -> (sockets: [UnixSocket], faults: [WireError]) {
  var sockets: [UnixSocket] = []
  var faults: [WireError] = []
  var parser = UnixTableParser()
  var start = 0
  for end in ends {
    _ = parser.parse(table.extracting(start..<end), onFault: { faults.append($0) }) { socket in
      sockets.append(socket)
      return .continue
    }
    start = end
  }
  _ = parser.finish(onFault: { faults.append($0) }) { socket in
    sockets.append(socket)
    return .continue
  }
  return (sockets, faults)
}
