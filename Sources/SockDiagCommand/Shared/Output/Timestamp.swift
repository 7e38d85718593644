internal import Glibc

/// A point in time of the system clock.
struct Timestamp: Hashable {
  var seconds: Int
  var milliseconds: Int

  static var now: Timestamp {
    var time = timespec()
    // SAFETY: the call fills the structure and keeps nothing. It cannot fail for this clock.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
  }

  /// Appends the time of day in the local time zone: `14:03:07.123`.
  func appendLocal(to text: inout [UInt8]) {
    append("%H:%M:%S", inUTC: false, to: &text)
    appendMilliseconds(to: &text)
  }

  /// Date and time in UTC: `2026-01-31T13:03:07.123Z` (RFC 3339).
  var utc: String {
    var text: [UInt8] = []
    append("%Y-%m-%dT%H:%M:%S", inUTC: true, to: &text)
    appendMilliseconds(to: &text)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  private func append(_ format: String, inUTC: Bool, to text: inout [UInt8]) {
    var moment = seconds
    // SAFETY: an empty structure. Its one pointer, to the name of a time zone, is never followed here.
    var parts = unsafe tm()
    // SAFETY: both calls read the one number and fill the structure.
    _ = inUTC ? unsafe gmtime_r(&moment, &parts) : unsafe localtime_r(&moment, &parts)
    var characters = [CChar](repeating: 0, count: 32)
    // SAFETY: the call writes at most as many characters as it is told there is room for.
    let count = unsafe strftime(&characters, characters.count, format, &parts)
    text.append(contentsOf: characters.prefix(count).map { UInt8(bitPattern: $0) })
  }

  private func appendMilliseconds(to text: inout [UInt8]) {
    text.append(UInt8(ascii: "."))
    for place in [100, 10, 1] { text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / place % 10)) }
  }
}
