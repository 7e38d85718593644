internal import SockDiagWire

extension SocketInspector {
  /// Sums records without decoding them; `nil` if they have to be decoded. Then the summary is empty.
  @specialized(where Key == SocketState)
  @specialized(where Key == UInt16)
  @specialized(where Key == UInt32)
  @specialized(where Key == UInt64)
  @specialized(where Key == AddressPrefix)
  @usableFromInline
  mutating func summarizeOutlines<Key: Hashable & Sendable>(
    _ query: SocketQuery, by key: SummaryKey<Key>, into summary: inout Summary<Key>
  ) throws(SockDiagError) -> DumpDefects? {
    guard let outlineKey = key.outlineKey, query.details.isSubset(of: .tcpInfo), query.protocol != .mptcp else {
      return nil
    }
    let isTCP = query.protocol == .tcp
    let readsAttributes = key.readsAttributes || !query.details.isEmpty
    // After an error the other way finds the remedy or the reason.
    let defects = try? reader.forEachRecord(query) { bytes, payload in
      let read = InetOutline(payload, in: bytes, isTCP: isTCP, readsAttributes: readsAttributes)
      guard let outline = read else { return false }
      summary.update(outlineKey(outline)) { $0.add(outline, in: bytes) }
      return !outline.isDamaged
    }
    if defects == nil { summary.removeAll() }
    return defects ?? nil
  }
}
