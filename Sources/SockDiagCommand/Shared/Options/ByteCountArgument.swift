/// A size on the command line: `65536`, `512K`, `64M`, `1G`.
enum ByteCountArgument {
  static func parse(_ text: String, option: String, atMost limit: Int) throws(CommandFailure) -> Int {
    var digits = text[...]
    var unit = 1
    if let suffix = text.last, let power = ["k", "m", "g"].firstIndex(of: suffix.lowercased()) {
      digits.removeLast()
      unit = 1 << (10 * (power + 1))
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .usage("\(option): '\(text)' is not a size; write bytes, such as 65536, 512K or 64M")
    }
    let (size, overflows) = (Int(digits) ?? .max).multipliedReportingOverflow(by: unit)
    guard !overflows, size <= limit else {
      throw .usage("\(option): \(text) is too large; give up to \(limit >> 20)M")
    }
    return size
  }
}
