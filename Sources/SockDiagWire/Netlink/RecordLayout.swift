/// Where the requests and records of a family hold numbers in the byte order of their host.
///
/// A capture from a machine with the other byte order is translated by it before it is decoded. Offsets count from the end
/// of the message header.
struct RecordLayout {
  /// Offsets of 32-bit numbers in a request.
  var requestWords: [Int]
  /// Offsets of 32-bit numbers in the fixed part of a record.
  var recordWords: [Int]
  /// The length of the fixed part of a record, behind which attributes stand.
  var recordByteCount: Int
  /// Types of attributes that consist of 32-bit numbers.
  var wordAttributes: Set<UInt16>
  /// Types of attributes that consist of longs, which have 64 bits wherever the length allows it.
  var longAttributes: Set<UInt16>
}
