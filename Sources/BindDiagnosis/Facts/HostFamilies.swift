internal import Glibc

/// The address families that the kernel supports for this process.
public enum HostFamilies {
  /// Whether there is no IPv6 here: the kernel was started with `ipv6.disable=1` or lacks the module, or a sandbox
  /// forbids it.
  ///
  /// Servers without a configured address then bind only 0.0.0.0. To find out, a socket is made but not bound. If the
  /// socket cannot be made for another reason, such as a lack of descriptors, the answer is `false`.
  ///
  /// Kernel: `EAFNOSUPPORT` of `socket(2)`; `__sock_create`, net/socket.c.
  public static var lackIPv6: Bool {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { return errno == EAFNOSUPPORT }
    close(descriptor)
    return false
  }
}
