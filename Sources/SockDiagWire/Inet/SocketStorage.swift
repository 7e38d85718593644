/// A value that a BPF program stored with a socket.
///
/// Kernel: `SK_DIAG_BPF_STORAGE`, linux/sock_diag.h, since 5.7.
public struct SocketStorage: Hashable, Sendable {
  /// The number of the BPF map to which the value belongs; `bpftool map` lists them. Kernel:
  /// `SK_DIAG_BPF_STORAGE_MAP_ID`.
  public var mapID: UInt32
  /// The value as the kernel sent it. Only the map knows its type. Kernel: `SK_DIAG_BPF_STORAGE_MAP_VALUE`.
  public var value: [UInt8]

  /// Creates a value.
  public init(mapID: UInt32, value: [UInt8]) {
    self.mapID = mapID
    self.value = value
  }
}

extension SocketStorage {
  /// Reads the values of a socket; `nil` if the nest contains anything else.
  ///
  /// - Throws: ``WireError`` if an attribute has an impossible length.
  static func list(_ nest: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> [SocketStorage]? {
    var cursor = NetlinkAttributeCursor(nest)
    var storages: [SocketStorage] = []
    while let attribute = try cursor.next(in: bytes) {
      guard attribute.type == 1, let storage = try SocketStorage(attribute.payload, in: bytes) else { return nil }
      storages.append(storage)
    }
    return storages
  }

  private init?(_ nest: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    var cursor = NetlinkAttributeCursor(nest)
    var (mapID, value): (UInt32?, [UInt8]?)
    while let attribute = try cursor.next(in: bytes) {
      switch (attribute.type, attribute.payload.count) {
      // Alignment before the value. Kernel: SK_DIAG_BPF_STORAGE_PAD.
      case (1, 0): break
      case (2, 4): mapID = bytes.host32(at: attribute.payload.lowerBound)
      case (3, _): value = bytes.array(attribute.payload)
      default: return nil
      }
    }
    guard let mapID, let value else { return nil }
    self.init(mapID: mapID, value: value)
  }
}

extension SocketStorage: RecordPart {
  /// Writes the number of the map, and the value in hexadecimal digits.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("map_id", mapID)
    writer.text("value", value.hexadecimal)
  }

  init(_ fields: FieldReader) throws {
    self.init(mapID: try fields.required("map_id"), value: try fields.hexadecimal("value"))
  }
}
