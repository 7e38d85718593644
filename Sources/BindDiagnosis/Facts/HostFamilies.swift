internal import Glibc

/// Which address families the kernel has for this process.
public enum HostFamilies {
  /// Whether there is no IPv6 here: the kernel was started with `ipv6.disable=1` or lacks the module, or a sandbox says so.
  ///
  /// Servers that are told no address then bind 0.0.0.0 alone. A socket is made to find out, and nothing bound. If the
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
