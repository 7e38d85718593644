internal import Glibc

/// The names of services by port, as `/etc/services` or its substitute has them.
///
/// The whole list is read once. A question for one port would read the file anew, and a host with many connections has
/// as many ports.
struct ServiceNames {
  private struct Service: Hashable {
    var port: UInt16
    var isUDP: Bool
  }

  private var names: [Service: [UInt8]]?

  init() {}

  /// Creates a list of known names, for TCP and UDP alike.
  init(_ names: [UInt16: String]) {
    self.names = [:]
    for (port, name) in names {
      for isUDP in [false, true] { self.names?[Service(port: port, isUDP: isUDP)] = Array(name.utf8) }
    }
  }

  /// The name of a service; `nil` if the port has none.
  mutating func name(_ port: UInt16, _ netID: String) -> [UInt8]? {
    if port == 0 { return nil }
    if names == nil { names = Self.read() }
    return names?[Service(port: port, isUDP: netID == "udp")]
  }

  private static func read() -> [Service: [UInt8]] {
    var names: [Service: [UInt8]] = [:]
    var buffer = [CChar](repeating: 0, count: 16384)
    // SAFETY: a structure of numbers and null pointers.
    var entry = unsafe servent()
    var found: UnsafeMutablePointer<servent>?
    setservent(1)
    defer { endservent() }
    // SAFETY: the call fills the entry and the buffer, whose length it is given.
    while unsafe getservent_r(&entry, &buffer, buffer.count, &found) == 0, unsafe found != nil {
      // SAFETY: where an entry was found, its texts are terminated and lie in the buffer, which is still in scope.
      guard let name = unsafe entry.s_name, let transport = unsafe entry.s_proto else { continue }
      // SAFETY: as above.
      let isUDP = unsafe strcmp(transport, "udp") == 0
      // SAFETY: as above.
      let isTCP = unsafe strcmp(transport, "tcp") == 0
      guard isUDP || isTCP else { continue }
      // In network order.
      let port = unsafe UInt16(bigEndian: UInt16(truncatingIfNeeded: entry.s_port))
      let service = Service(port: port, isUDP: isUDP)
      // SAFETY: as above.
      if names[service] == nil { names[service] = unsafe Array(String(cString: name).utf8) }
    }
    return names
  }
}
