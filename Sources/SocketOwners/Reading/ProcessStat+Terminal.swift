extension ProcessStat {
  /// The name of the controlling terminal below `/dev`: `pts/3`, `tty1`, `ttyS0`; `nil` for none or another kind.
  ///
  /// Kernel: `new_encode_dev`, include/linux/kdev_t.h; the major numbers are in include/uapi/linux/major.h.
  package var terminalName: String? {
    let major = terminal >> 8 & 0xfff
    let minor = terminal & 0xff | terminal >> 12 & 0xfff00
    switch (major, minor) {
    case (136, _): return "pts/\(minor)"
    case (4, 1..<64): return "tty\(minor)"
    case (4, 64...): return "ttyS\(minor - 64)"
    default: return nil
    }
  }
}
