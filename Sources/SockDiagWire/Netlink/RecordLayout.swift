/// Where the requests and records of a family hold numbers in the byte order of their host.
///
/// A capture from a machine with the other byte order is translated by it before it is decoded.
struct RecordLayout: Sendable {
  /// A member of a structure, by its width.
  enum Member: Hashable, Sendable {
    case u16
    case u32
    case u64
    /// Bytes that are the same in both orders.
    case bytes(Int)

    var byteCount: Int {
      switch self {
      case .u16: 2
      case .u32: 4
      case .u64: 8
      case .bytes(let count): count
      }
    }
  }

  /// The content of an attribute.
  indirect enum Attribute: Sendable {
    /// One structure after the other, up to the end. A structure may end early: kernels add members at the end.
    case structures([Member])
    /// The kernel's longs, which have 64 bits wherever the length allows it.
    case longs
    /// Attributes, by their types.
    case nest([UInt16: Attribute])
  }

  /// The fixed part of a request.
  var request: [Member]
  /// The fixed part of a record, behind which its attributes stand.
  var record: [Member]
  /// The attributes of a record, by their types. Others stay as they are.
  var attributes: [UInt16: Attribute]
}
