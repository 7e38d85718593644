public import SockDiagWire

extension WireError.Code {
  /// A line of a table in `/proc/net` is no row as the kernel writes them.
  public static let procNetRow = WireError.Code(rawValue: "proc-net-row")
}

/// The first thing in a line that is not what it should be.
struct ProcNetFault: Error {
  let column: Column
  /// Where the column stands in its line.
  let range: Range<Int>

  /// What may be wrong with a line. The raw value is the name in the header of the table.
  enum Column: String {
    case slot = "sl"
    case local = "local_address"
    case remote = "rem_address"
    case state = "st"
    case queues = "tx_queue rx_queue"
    case timer = "tr tm->when"
    case retransmits = "retrnsmt"
    case uid
    case timeout
    case inode
    case drops
    case line
  }

  init(_ column: Column, _ range: Range<Int>) {
    self.column = column
    self.range = range
  }
}

extension ProcNetFault {
  /// The error for a reader of the file.
  ///
  /// - Parameters:
  ///   - line: The line, or its beginning.
  ///   - number: The line's number, the first being 1.
  ///   - start: Where the line begins, in bytes from the start of the file.
  func wireError(in line: Span<UInt8>, number: Int, start: Int, family: AddressFamily) -> WireError {
    let lower = min(max(range.lowerBound, 0), line.count)
    let upper = min(max(range.upperBound, lower), line.count)
    var text = "line \(number), \(column.rawValue): expected \(expectation(family)), found "
    text += lower == upper ? "the end of the line" : Self.quote(line.extracting(lower..<upper))
    return WireError(.procNetRow, at: start &+ lower, text)
  }

  private func expectation(_ family: AddressFamily) -> String {
    let digits = family == .inet6 ? 32 : 8
    return switch column {
    case .slot: "a row's number and a colon"
    case .local, .remote: "\(digits) hexadecimal digits, a colon and 4 hexadecimal digits"
    case .state: "2 hexadecimal digits"
    case .queues: "two hexadecimal numbers of up to 8 digits, a colon between them"
    case .timer: "2 hexadecimal digits, a colon and up to 16 hexadecimal digits"
    case .retransmits: "a hexadecimal number of up to 8 digits"
    case .uid: "a decimal number of 32 bits"
    case .timeout, .drops: "a decimal number"
    case .inode: "a decimal number and a blank after it"
    case .line: "a line of at most \(ProcNetParser.longestLine) bytes"
    }
  }

  /// The first 40 bytes in quotes, what is not plain ASCII as `\xNN`: the text may go to a terminal.
  private static func quote(_ bytes: Span<UInt8>) -> String {
    var text = "\""
    for index in 0..<min(bytes.count, 40) {
      let byte = bytes[index]
      if (0x20..<0x7f).contains(byte), byte != 0x22, byte != 0x5c {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text + (bytes.count > 40 ? "…\"" : "\"")
  }
}
