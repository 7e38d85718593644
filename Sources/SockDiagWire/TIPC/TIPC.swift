/// TIPC sockets, by which the programs of a cluster address services instead of hosts.
///
/// Kernel: `AF_TIPC`; net/tipc/diag.c, since 4.17.
public enum TIPC: SocketFamily {
  /// An empty record.
  public static var emptySocket: TIPCSocket { TIPCSocket() }

  /// Decodes a record, which has no fixed part.
  ///
  /// - Throws: ``WireError`` if the attribute that is the socket is missing or cut.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: TIPCSocketRequest,
    into socket: inout TIPCSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32], record: [],
    attributes: [
      TIPCSocket.MessageAttribute.socket.rawValue: .nest([
        TIPCSocket.Attribute.address.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.reference.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.connection.rawValue: .nest(words(TIPCSocket.ConnectionAttribute.allCases)),
        TIPCSocket.Attribute.statistics.rawValue: .nest(words(TIPCSocket.StatisticsAttribute.allCases)),
        TIPCSocket.Attribute.type.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.inode.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.uid.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.state.rawValue: .structures([.u32]),
        // Written as two words, the lower half first.
        TIPCSocket.Attribute.cookie.rawValue: .structures([.u32]),
        TIPCSocket.Attribute.group.rawValue: .nest(words(TIPCSocket.GroupAttribute.allCases)),
      ])
    ])

  /// Attributes that are one 32-bit number or empty.
  private static func words(_ attributes: [some RawRepresentable<UInt16>]) -> [UInt16: RecordLayout.Attribute] {
    Dictionary(uniqueKeysWithValues: attributes.map { ($0.rawValue, .structures([.u32])) })
  }
}
