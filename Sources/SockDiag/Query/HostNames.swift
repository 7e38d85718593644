internal import Glibc
public import SockDiagWire

/// Looks up names on this host: with its resolver, services, interfaces, cgroups and users.
public struct HostNames: FilterNames {
  /// Where interfaces are looked up; `nil` for the namespace of the calling thread.
  private let namespace: NetworkNamespace?

  /// Creates the value.
  ///
  /// - Parameter namespace: The network namespace whose interfaces have the names; `nil` for that of the calling thread.
  ///   All other names are those of the host.
  public init(in namespace: NetworkNamespace? = nil) { self.namespace = namespace }

  /// All addresses of a host, from the host's resolver, which may ask the network and take a while. C: `getaddrinfo`.
  public func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] {
    try Self.requireCString(name)
    // SAFETY: a structure of zeros, whose pointers are null.
    var hints = unsafe addrinfo()
    // One entry per address, not one per address and socket type.
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>? = nil
    // SAFETY: getaddrinfo copies the name and fills in a list that freeaddrinfo frees.
    let code = unsafe getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else {
      // SAFETY: gai_strerror returns a static string.
      let reason = code == EAI_NONAME ? "no host has this name" : unsafe String(cString: gai_strerror(code))
      throw FilterNameFailure("is not known as a host (\(reason)); write an address")
    }
    // SAFETY: the list came from getaddrinfo and is freed once.
    defer { unsafe freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      // SAFETY: the entry is part of the list, which is not freed yet.
      if let address = unsafe Self.address(entry.pointee), !addresses.contains(address) { addresses.append(address) }
      // SAFETY: as above.
      unsafe next = unsafe entry.pointee.ai_next
    }
    return addresses
  }

  private static func address(_ entry: addrinfo) -> IPAddress? {
    // SAFETY: a socket address of the stated length; each family's structure is read only where that covers it.
    guard let pointer = unsafe UnsafeRawPointer(entry.ai_addr) else { return nil }
    let (family, length) = unsafe (entry.ai_family, Int(entry.ai_addrlen))
    switch family {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      return IPAddress(v4: UInt32(bigEndian: unsafe pointer.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let address = unsafe pointer.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
      let words = [bytes[..<8], bytes[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
      return IPAddress(v6: words[0], words[1])
    default: return nil
    }
  }

  /// The ports of a service: that of TCP, and that of UDP if it is different. C: `getservbyname_r`.
  public func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] {
    try Self.requireCString(name)
    var ports: [UInt16] = []
    for transport in ["tcp", "udp"] {
      // SAFETY: a structure of zeros, whose pointers are null.
      var entry = unsafe servent()
      var found: UnsafeMutablePointer<servent>?
      var buffer = [CChar](repeating: 0, count: 4096)
      // SAFETY: both names live through the call; the entry points into the buffer, of which nothing is kept.
      let result = unsafe buffer.withUnsafeMutableBufferPointer {
        guard let start = $0.baseAddress else { return ENOMEM }
        return unsafe getservbyname_r(name, transport, &entry, start, $0.count, &found)
      }
      let port = unsafe UInt16(truncatingIfNeeded: entry.s_port).byteSwapped
      if result == 0, unsafe found != nil, !ports.contains(port) { ports.append(port) }
    }
    if ports.isEmpty { throw FilterNameFailure("is not a port or a service of /etc/services; write the number") }
    return ports
  }

  /// The index of an interface. C: `if_nametoindex`.
  public func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    try Self.requireCString(name)
    let index: UInt32
    do throws(SockDiagError) {
      // SAFETY: the string lives through the call.
      let find = { unsafe if_nametoindex(name) }
      index = try namespace?.perform(find) ?? find()
    } catch {
      throw FilterNameFailure("is not known as an interface (\(error))")
    }
    if index == 0 { throw FilterNameFailure("is not an interface here; 'ip link' lists them") }
    return index
  }

  /// The id of a cgroup: the inode number of its directory.
  ///
  /// A path is looked up below the mount point of the cgroup file system, as `/proc/PID/cgroup` and `systemctl` show
  /// it, and then as an absolute path.
  public func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 {
    try Self.requireCString(path)
    // On hosts that use both versions, the second is mounted below the first.
    for root in ["/sys/fs/cgroup/", "/sys/fs/cgroup/unified/", ""] {
      var status = stat()
      // SAFETY: both copy the path, and stat fills in its structure. Only a cgroup of version 2 has such a file.
      if unsafe access(root + path + "/cgroup.controllers", F_OK) == 0, unsafe stat(root + path, &status) == 0 {
        return UInt64(status.st_ino)
      }
    }
    throw FilterNameFailure("is not a cgroup of version 2; write its path below /sys/fs/cgroup")
  }

  /// The id of a user. C: `getpwnam_r`.
  public func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 {
    try Self.requireCString(name)
    // SAFETY: a structure of zeros, whose pointers are null.
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16384)
    // SAFETY: the name lives through the call; the entry points into the buffer, of which nothing is kept.
    let result = unsafe buffer.withUnsafeMutableBufferPointer {
      guard let start = $0.baseAddress else { return ENOMEM }
      return unsafe getpwnam_r(name, &entry, start, $0.count, &found)
    }
    guard result == 0, unsafe found != nil else {
      throw FilterNameFailure("is not a user here; write a name or a number")
    }
    return unsafe entry.pw_uid
  }

  /// C would read the name only up to a zero byte, and look up a different name.
  private static func requireCString(_ name: String) throws(FilterNameFailure) {
    if name.isEmpty || name.utf8.contains(0) { throw FilterNameFailure("is not a name") }
  }
}
