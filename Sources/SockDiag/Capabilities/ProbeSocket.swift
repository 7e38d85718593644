internal import Glibc

/// A TCP socket of this process on the loopback address, which the kernel is asked about.
///
/// It takes a port that the kernel chooses, and no connection can reach it from another host.
struct ProbeSocket: ~Copyable {
  private let descriptor: Int32
  let port: UInt16
  let inode: UInt32

  /// Makes a socket; `nil` if something forbids it.
  init?(isListening: Bool) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    // The loopback interface of a new network namespace is down and has no address yet.
    var isFree: Int32 = 1
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var status = stat()
    // SAFETY: each call gets the size of the structure that it reads or fills, and keeps no pointer.
    let isBound = unsafe withUnsafeMutableBytes(of: &address) { bytes in
      guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
      return unsafe setsockopt(descriptor, Int32(IPPROTO_IP), IP_FREEBIND, &isFree, 4) == 0
        && bind(descriptor, start, length) == 0 && (!isListening || listen(descriptor, 1) == 0)
        && getsockname(descriptor, start, &length) == 0 && fstat(descriptor, &status) == 0
    }
    guard isBound else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    inode = UInt32(truncatingIfNeeded: status.st_ino)
  }

  deinit { close(descriptor) }
}
