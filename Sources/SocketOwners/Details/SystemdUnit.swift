/// A systemd unit that the names on a cgroup path reveal.
public struct SystemdUnit: Sendable, Hashable, Codable {
  /// The name as systemd escapes it, such as `ssh.service` or `session-3.scope`, with `\x2d` for a minus sign.
  public var name: String
  /// The innermost slice of the unit, such as `system.slice`; `nil` at the root.
  public var slice: String?
  /// The user whose manager runs the unit; `nil` for a unit of the system.
  public var managerUID: UInt32?

  /// Creates a unit.
  public init(name: String, slice: String? = nil, managerUID: UInt32? = nil) {
    self.name = name
    self.slice = slice
    self.managerUID = managerUID
  }

  /// The name for people, with `\xNN` replaced by its byte. systemctl does not accept it.
  public var displayName: String {
    var bytes: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension SystemdUnit: CustomStringConvertible {
  /// The name for people, with the user if the unit belongs to a user's manager: "web.service of user 1000".
  public var description: String { managerUID.map { "\(displayName) of user \($0)" } ?? displayName }
}

extension CgroupPath {
  /// The systemd unit of a process at this path; `nil` if no name on the path is a unit's.
  ///
  /// If the user's own manager runs the process, this is a unit of that manager. A process directly in a slice has the
  /// slice as its unit. systemd decides in the same way (`cg_path_get_user_unit`, `cg_path_get_unit`).
  public var unit: SystemdUnit? {
    let names = components
    guard var unit = Self.unit(names[...], managerUID: nil) else { return nil }
    // Below `user@1000.service` are the units of that user's manager.
    if let uid = Self.managerUID(unit.unit.name), let inner = Self.unit(names[unit.end...], managerUID: uid) {
      unit = inner
    }
    return unit.unit
  }

  private static func unit(
    _ names: ArraySlice<[UInt8]>, managerUID: UInt32?
  ) -> (unit: SystemdUnit, end: Int)? {
    var slice: String?
    var outer: String?
    var last = names.startIndex
    for index in names.indices {
      guard let name = unitName(names[index]) else { break }
      guard name.hasSuffix(".slice") else {
        return (SystemdUnit(name: name, slice: slice, managerUID: managerUID), index + 1)
      }
      (outer, slice, last) = (slice, name, index)
    }
    return slice.map { (SystemdUnit(name: $0, slice: outer, managerUID: managerUID), last + 1) }
  }

  private static func managerUID(_ name: String) -> UInt32? {
    guard name.hasPrefix("user@"), name.hasSuffix(".service") else { return nil }
    return UInt32(name.dropFirst(5).dropLast(8))
  }

  /// Reads the name of a unit; `nil` if it has other characters than systemd allows, or none of its suffixes.
  ///
  /// systemd puts an underscore before a name that the kernel could take for one of its own files (`cg_escape`).
  private static func unitName(_ bytes: [UInt8]) -> String? {
    let name = bytes.first == UInt8(ascii: "_") ? bytes.dropFirst() : bytes[...]
    guard name.count <= 255, name.allSatisfy(isAllowed) else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    let isUnit = suffixes.contains { text.hasSuffix($0) && text.utf8.count > $0.utf8.count }
    return isUnit ? text : nil
  }

  private static let suffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"]

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "\\"),
      UInt8(ascii: "@"):
      true
    default: false
    }
  }
}
