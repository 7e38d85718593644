internal import FoundationEssentials
internal import Glibc

/// Names that exist on this host.
enum HostLists {
  /// The network interfaces of the namespace.
  static var interfaces: [String] {
    // SAFETY: the list is terminated by an index of 0, and freed below.
    guard let list = unsafe if_nameindex() else { return [] }
    // SAFETY: the list came from if_nameindex.
    defer { unsafe if_freenameindex(list) }
    var names: [String] = []
    var entry = unsafe list
    // SAFETY: the entries up to the terminator are valid, and their names are terminated strings.
    while unsafe entry.pointee.if_index != 0, let name = unsafe entry.pointee.if_name {
      unsafe names.append(String(cString: name))
      unsafe entry += 1
    }
    return names
  }

  /// The named network namespaces. `ip netns` keeps them in this directory.
  static var namespaces: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []).sorted()
  }

  /// The users of the host, at most a thousand: a directory service may have any number.
  static var users: [(name: String, uid: UInt32)] {
    setpwent()
    defer { endpwent() }
    var users: [(name: String, uid: UInt32)] = []
    // SAFETY: the entry is read before the next call, and no other thread asks.
    while users.count < 1000, let entry = unsafe getpwent() {
      // SAFETY: the name is a terminated string.
      if let name = unsafe entry.pointee.pw_name {
        unsafe users.append((String(cString: name), entry.pointee.pw_uid))
      }
    }
    return users
  }
}
