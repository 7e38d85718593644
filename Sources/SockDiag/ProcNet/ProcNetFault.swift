public import SockDiagWire

extension WireError.Code {
  /// A line of a table in `/proc/net` that is not a row as the kernel writes it.
  public static let procNetRow = WireError.Code(rawValue: "proc-net-row")
}

/// The first invalid part of a line.
struct ProcNetFault: Error {
  let column: Column
  /// The position of the column in its line.
  let range: Range<Int>

  /// The columns that may be invalid. The raw value is the name in the header of the table.
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
    case netlinkProtocol = "Eth"
    case portID = "Pid"
    case groups = "Groups"
    case receiveMemory = "Rmem"
    case sendMemory = "Wmem"
    case socketType = "Type"
    case linkProtocol = "Proto"
    case interface = "Iface"
    case running = "R"
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
  ///   - number: The line's number, from 1 on.
  ///   - start: The offset of the line in the file, in bytes.
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
    case .queues: "8 hexadecimal digits, a colon and 8 hexadecimal digits"
    case .timer: "2 hexadecimal digits, a colon and 8 to 16 hexadecimal digits"
    case .retransmits: "8 hexadecimal digits"
    case .uid: "a decimal number of 32 bits"
    case .timeout, .drops: "a decimal number"
    case .netlinkProtocol: "a decimal number of 16 bits"
    case .portID, .receiveMemory, .sendMemory, .interface: "a decimal number of 32 bits"
    case .socketType: "a decimal number of 8 bits"
    case .groups: "8 hexadecimal digits"
    case .linkProtocol: "4 hexadecimal digits"
    case .running: "0 or 1"
    case .inode: "a decimal number and a blank after it"
    case .line: "a line of at most \(ProcNetParser.longestLine) bytes"
    }
  }

  /// The first 40 bytes in quotes, with other bytes than plain ASCII as `\xNN`, because the text may go to a terminal.
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
