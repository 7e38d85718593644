/// What the decoders of all families begin and end with.
extension Span<UInt8> {
  /// Checks that a record has its whole fixed part.
  ///
  /// - Parameters:
  ///   - payload: Where the record lies.
  ///   - byteCount: The length of the fixed part.
  ///   - name: The record with its article, such as "a packet socket".
  func checkRecord(_ payload: Range<Int>, byteCount: Int, of name: String) throws(WireError) {
    guard payload.count >= byteCount, payload.lowerBound >= 0, payload.upperBound <= count else {
      throw WireError(
        .structureLength, at: payload.lowerBound, "\(name) has \(payload.count) bytes, expected at least \(byteCount)")
    }
  }

  /// Passes each attribute to `body`. Returns what is wrong with the first that cannot be located; the attributes before
  /// it were passed.
  func forEachAttribute(_ range: Range<Int>, _ body: (NetlinkAttribute, Span<UInt8>) -> Void) -> WireError? {
    var cursor = NetlinkAttributeCursor(range)
    do throws(WireError) {
      while let attribute = try cursor.next(in: self) { body(attribute, self) }
      return nil
    } catch {
      return error
    }
  }
}
