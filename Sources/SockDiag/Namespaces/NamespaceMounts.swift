/// Network namespaces that are mounted, as by `ip netns add`.
enum NamespaceMounts {
  /// The inodes and the mount points in the text of `/proc/PID/mountinfo`.
  ///
  /// Kernel: `show_mountinfo`, fs/proc_namespace.c; `ns_get_name`, fs/nsfs.c.
  static func all(inMountInfo text: [UInt8]) -> [(inode: UInt64, path: String)] {
    text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard fields.count > 5, fields[3].starts(with: "net:[".utf8), fields[3].last == UInt8(ascii: "]"),
        let inode = Array(fields[3].dropFirst(5).dropLast()).decimal(as: UInt64.self)
      else { return nil }
      return (inode, unescaped(fields[4]))
    }
  }

  /// Replaces the escapes of blanks, newlines and backslashes: three octal digits. Kernel: `mangle_path`, fs/seq_file.c.
  private static func unescaped(_ path: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = path
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      guard byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(value)
      rest.removeFirst(digits.count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
