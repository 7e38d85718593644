extension Span<UInt8> {
  /// A cookie, which the kernel writes as two 32-bit numbers, the lower half first, in any byte order.
  ///
  /// Kernel: `sock_diag_save_cookie`, net/core/sock_diag.c.
  @inline(__always)
  public func hostCookie(at offset: Int) -> SocketCookie {
    SocketCookie(rawValue: UInt64(host32(at: offset)) | UInt64(host32(at: offset &+ 4)) << 32)
  }
}
