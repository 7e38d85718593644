/// Reads small files of proc as a whole.
enum ProcText {
  /// Larger than any file that is read here: `ip_local_reserved_ports` with every second port takes 192 KiB. A longer
  /// file is not from the kernel.
  static let longest = 1 << 20

  /// The bytes of a file; `nil` if there is none, or it cannot be read.
  ///
  /// - Parameter capacity: The size of a read. If the first read of a port list is too short, the kernel returns only
  ///   the beginning, without a sign that there is more (`proc_do_large_bitmap`, kernel/sysctl.c).
  static func read(_ path: String, capacity: Int = 1 << 14, longest: Int = Self.longest) -> [UInt8]? {
    do throws(SockDiagError) {
      guard let file = try ProcNetFile(path) else { return nil }
      var buffer = [UInt8](repeating: 0, count: capacity)
      var text: [UInt8] = []
      while true {
        let count = try file.read(into: &buffer)
        if count == 0 { return text }
        text += buffer[..<count]
        if text.count > longest { return nil }
      }
    } catch {
      return nil
    }
  }
}

extension Sequence<UInt8> {
  /// The words between blanks and ends of lines.
  var words: [[UInt8]] {
    split(whereSeparator: { $0 == 0x20 || (0x09...0x0d).contains($0) }).map(Array.init)
  }

  /// The unsigned decimal number in the bytes; `nil` if they are anything else.
  func decimal<Number: FixedWidthInteger>(as type: Number.Type = Number.self) -> Number? {
    var result: Number?
    for byte in self {
      guard (0x30...0x39).contains(byte) else { return nil }
      let (product, tooLarge) = (result ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, overflows) = product.addingReportingOverflow(Number(byte - 0x30))
      if tooLarge || overflows { return nil }
      result = sum
    }
    return result
  }
}
