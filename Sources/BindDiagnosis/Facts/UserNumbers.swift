internal import SockDiag
internal import SocketOwners

/// The numbering of users that the kernel uses for this process.
///
/// In a user namespace the kernel shows every unmapped user as one number, by default 65534. Two sockets with this
/// number may belong to different users.
///
/// Kernel: `from_kuid_munged`, kernel/user_namespace.c.
public struct UserNumbers: Hashable, Sendable {
  /// The number that may stand for several users; `nil` if each user has a number.
  public var ambiguous: UInt32?

  /// Creates a numbering.
  public init(ambiguous: UInt32?) { self.ambiguous = ambiguous }

  /// The numbering for this process. If proc does not show it, 65534 counts as ambiguous.
  ///
  /// - Parameter procRoot: Where proc is mounted.
  ///
  /// Kernel: `/proc/PID/uid_map`, user_namespaces(7); `kernel.overflowuid`.
  public init(procRoot: String = "/proc") {
    if let map = Self.text(procRoot + "/self/uid_map"), Self.coversAllUsers(map) {
      ambiguous = nil
    } else {
      ambiguous = Self.text(procRoot + "/sys/kernel/overflowuid").flatMap(Self.number) ?? 65534
    }
  }

  /// Whether a map includes all users. Each line is a first number inside, a first number outside and a count.
  ///
  /// The number 4294967295 is not a user. Kernel: `proc_uid_seq_operations`, kernel/user_namespace.c.
  static func coversAllUsers(_ map: [UInt8]) -> Bool {
    var count: UInt64 = 0
    for line in map.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count == 3, let length = number(words[2]) else { return false }
      count += UInt64(length)
    }
    return count >= UInt64(UInt32.max)
  }

  private static func number(_ text: some Collection<UInt8>) -> UInt32? {
    UInt32(String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace })
  }

  private static func text(_ path: String) -> [UInt8]? {
    var text: [UInt8] = []
    return KernelDirectories().contents(ProcPath(path), in: -1, limit: 1 << 16, into: &text) == 0 ? text : nil
  }
}
