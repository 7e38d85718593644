/// The columns from the local address to the retransmits.
extension ProcNetRow {
  /// Reads columns with their usual widths: ten loads, no loop and one branch. Returns `false` for other widths;
  /// nothing is lost then.
  @inline(__always)
  mutating func readUsual4(_ columns: inout ProcNetColumns, in line: Span<UInt8>) -> Bool {
    let start = columns.offset
    guard line.count &- start >= 71 else { return false }
    // One check; after it the compiler knows that all reads below are in bounds.
    let row = line.extracting(start..<start &+ 71)
    var fault: UInt64 = 0
    let local = HexadecimalDigits.value(row.characters8(at: 1), fault: &fault)
    let remote = HexadecimalDigits.value(row.characters8(at: 15), fault: &fault)
    let ports = HexadecimalDigits.value(row.characters4(at: 10) | row.characters4(at: 24) &<< 32, fault: &fault)
    fault |= UInt64((row[0] ^ 0x20) | (row[9] ^ 0x3a) | (row[14] ^ 0x20) | (row[23] ^ 0x3a))
    readUsualRest(row.extracting(28..<71), &fault)
    guard fault == 0 else { return false }
    self.local = (0, UInt64(UInt32(bigEndian: local)), UInt16(truncatingIfNeeded: ports &>> 16))
    self.remote = (0, UInt64(UInt32(bigEndian: remote)), UInt16(truncatingIfNeeded: ports))
    columns = ProcNetColumns(at: start &+ 70)
    return true
  }

  /// The same for IPv6.
  @inline(__always)
  mutating func readUsual6(_ columns: inout ProcNetColumns, in line: Span<UInt8>) -> Bool {
    let start = columns.offset
    guard line.count &- start >= 119 else { return false }
    let row = line.extracting(start..<start &+ 119)
    var fault: UInt64 = 0
    let localHigh = Self.half(row.extracting(1..<17), &fault)
    let localLow = Self.half(row.extracting(17..<33), &fault)
    let remoteHigh = Self.half(row.extracting(39..<55), &fault)
    let remoteLow = Self.half(row.extracting(55..<71), &fault)
    let ports = HexadecimalDigits.value(row.characters4(at: 34) | row.characters4(at: 72) &<< 32, fault: &fault)
    fault |= UInt64((row[0] ^ 0x20) | (row[33] ^ 0x3a) | (row[38] ^ 0x20) | (row[71] ^ 0x3a))
    readUsualRest(row.extracting(76..<119), &fault)
    guard fault == 0 else { return false }
    local = (localHigh, localLow, UInt16(truncatingIfNeeded: ports &>> 16))
    remote = (remoteHigh, remoteLow, UInt16(truncatingIfNeeded: ports))
    columns = ProcNetColumns(at: start &+ 118)
    return true
  }

  /// Two 32-bit words of an address.
  @inline(__always)
  private static func half(_ text: Span<UInt8>, _ fault: inout UInt64) -> UInt64 {
    let high = UInt32(bigEndian: HexadecimalDigits.value(text.characters8(at: 0), fault: &fault))
    let low = UInt32(bigEndian: HexadecimalDigits.value(text.characters8(at: 8), fault: &fault))
    return UInt64(high) &<< 32 | UInt64(low)
  }

  /// From the state to the retransmits: ` 01 00000000:00000000 00:00000000 00000000 `.
  @inline(__always)
  private mutating func readUsualRest(_ row: Span<UInt8>, _ fault: inout UInt64) {
    let kinds = HexadecimalDigits.value(
      row.characters2(at: 1) | row.characters2(at: 22) &<< 16 | HexadecimalDigits.zeros &<< 32, fault: &fault)
    state = UInt8(truncatingIfNeeded: kinds &>> 24)
    timerKind = UInt8(truncatingIfNeeded: kinds &>> 16)
    sendQueue = HexadecimalDigits.value(row.characters8(at: 4), fault: &fault)
    receiveQueue = HexadecimalDigits.value(row.characters8(at: 13), fault: &fault)
    timerTicks = UInt64(HexadecimalDigits.value(row.characters8(at: 25), fault: &fault))
    retransmits = HexadecimalDigits.value(row.characters8(at: 34), fault: &fault)
    fault |= UInt64((row[0] ^ 0x20) | (row[3] ^ 0x20) | (row[12] ^ 0x3a) | (row[21] ^ 0x20))
    fault |= UInt64((row[24] ^ 0x3a) | (row[33] ^ 0x20) | (row[42] ^ 0x20))
  }

  /// The same columns with any separators and letters of either case. The widths are those of the kernel's formats
  /// (`%08X`), and no number is shorter, so a blank inside a number is detected.
  @inline(never)
  mutating func readUnusual(
    _ columns: inout ProcNetColumns, words: Int, in line: Span<UInt8>
  ) throws(ProcNetFault) {
    local = try columns.address(.local, words: words, in: line)
    remote = try columns.address(.remote, words: words, in: line)
    state = UInt8(truncatingIfNeeded: try columns.hexadecimal(.state, digits: 2...2, in: line))
    let queues = try columns.hexadecimalPair(.queues, 8...8, 8...8, in: line)
    sendQueue = UInt32(truncatingIfNeeded: queues.0)
    receiveQueue = UInt32(truncatingIfNeeded: queues.1)
    let timer = try columns.hexadecimalPair(.timer, 2...2, 8...16, in: line)
    timerKind = UInt8(truncatingIfNeeded: timer.0)
    timerTicks = timer.1
    retransmits = UInt32(truncatingIfNeeded: try columns.hexadecimal(.retransmits, digits: 8...8, in: line))
  }
}
