/// What the decoders of all families begin with.
extension Span<UInt8> {
  /// Checks that a record has its whole fixed part.
  ///
  /// - Parameters:
  ///   - payload: Where the record lies.
  ///   - byteCount: The length of the fixed part.
  ///   - name: The record with its article, such as "a packet socket".
  /// - Throws: ``WireError`` with ``WireError/Code/structureLength``.
  @inline(__always)
  public func checkRecord(_ payload: Range<Int>, byteCount: Int, of name: String) throws(WireError) {
    guard payload.count >= byteCount, payload.lowerBound >= 0, payload.upperBound <= count else {
      throw shortRecord(payload, byteCount, name)
    }
  }

  @inline(never)
  private func shortRecord(_ payload: Range<Int>, _ byteCount: Int, _ name: String) -> WireError {
    WireError(
      .structureLength, at: payload.lowerBound, "\(name) has \(payload.count) bytes, expected at least \(byteCount)")
  }
}
