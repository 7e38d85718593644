internal import SockDiag

/// Ports as they are written on the command line: `443`, `80,443`, `1000-2000`.
enum PortListArgument {
  static func parse(_ text: String, option: String) throws(CommandFailure) -> PortSet {
    var ranges: [ClosedRange<UInt16>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let first = try port(ends[0], of: text, option)
      let last = ends.count > 1 ? try port(ends[1], of: text, option) : first
      guard first <= last else {
        throw .usage("\(option): the range \(part) is empty; write the lower port first, \(last)-\(first)")
      }
      ranges.append(first...last)
    }
    return PortSet(ranges)
  }

  private static func port(_ digits: Substring, of text: String, _ option: String) throws(CommandFailure) -> UInt16 {
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if isNumber, let port = UInt16(digits) { return port }
    if isNumber { throw .usage("\(option): \(digits) is not a port; ports are 0 to 65535") }
    let what = digits.isEmpty ? "'\(text)' lacks a port" : "'\(digits)' is not a port"
    throw .usage("\(option): \(what); write numbers, lists and ranges such as 80,443 or 1000-2000")
  }
}
