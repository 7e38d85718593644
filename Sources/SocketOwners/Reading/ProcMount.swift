/// The mount options by which a proc hides processes (`proc_show_options`, fs/proc/root.c).
package struct ProcMount: Hashable, Sendable {
  /// Whether the processes of other users are hidden or unreadable: any `hidepid` other than `off`.
  package var hides = false
  /// Whether they are hidden from the group `gid` too: `hidepid=ptraceable`.
  package var hidesFromGroup = false
  /// The group that sees all processes, `gid`.
  package var group: UInt32?

  /// Creates a mount that hides nothing.
  package init() {}

  /// Reads the options of a device's mount from `/proc/self/mountinfo`; `nil` if the device is not mounted.
  package static func options(of device: UInt64, _ text: Span<UInt8>) -> ProcMount? {
    // The encoding of glibc (gnu_dev_major, gnu_dev_minor).
    let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
    let minor = device & 0xff | (device >> 12) & ~0xff
    let name = Array("\(major):\(minor)".utf8)
    var result: ProcMount?
    TextLines.forEach(text) { line in
      let words = Array(text, line).split(separator: 0x20)
      guard words.count > 6, words[2].elementsEqual(name) else { return }
      // The last word has the options of the file system. Those of the mount come earlier and do not matter.
      guard let last = words.last else { return }
      var mount = ProcMount()
      for option in last.split(separator: UInt8(ascii: ",")) {
        let parts = option.split(separator: UInt8(ascii: "="), maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 2 else { continue }
        if parts[0] == "hidepid" {
          mount.hides = parts[1] != "0" && parts[1] != "off"
          mount.hidesFromGroup = parts[1] == "4" || parts[1] == "ptraceable"
        } else if parts[0] == "gid" {
          mount.group = UInt32(parts[1])
        }
      }
      result = mount
    }
    return result
  }
}

/// The user, groups and capability of a process, from `/proc/PID/status` (`proc_pid_status`, fs/proc/array.c).
package struct ProcCredentials: Hashable, Sendable {
  /// The effective user.
  package var uid: UInt32?
  /// Whether the process has CAP_SYS_PTRACE in its effective set.
  package var mayTrace = false
  /// The effective group and the supplementary groups.
  package var groups: Set<UInt32> = []

  /// Reads the text.
  package init(_ text: Span<UInt8>) {
    TextLines.forEach(text) { line in
      let words = Array(text, line).split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        .map { String(decoding: $0, as: UTF8.self) }
      guard let name = words.first else { return }
      switch name {
      case "Uid:" where words.count > 2: uid = UInt32(words[2])
      case "Gid:" where words.count > 2: if let group = UInt32(words[2]) { groups.insert(group) }
      case "Groups:": groups.formUnion(words.dropFirst().compactMap { UInt32($0) })
      case "CapEff:" where words.count > 1: mayTrace = (UInt64(words[1], radix: 16) ?? 0) & 1 << Self.sysPtrace != 0
      default: break
      }
    }
  }

  /// The number of CAP_SYS_PTRACE (linux/capability.h).
  private static let sysPtrace: UInt64 = 19

  /// Whether a mount hides nothing from this process (`has_pid_permissions`, fs/proc/base.c).
  package func seesThrough(_ mount: ProcMount) -> Bool {
    if !mount.hidesFromGroup, let group = mount.group, groups.contains(group) { return true }
    return mayTrace
  }
}

extension Array where Element == UInt8 {
  /// Copies bytes.
  init(_ text: Span<UInt8>, _ range: Range<Int>) {
    self = []
    reserveCapacity(range.count)
    for index in range { append(text[index]) }
  }
}
