import SockDiagWire

/// A host with few names; some names have several meanings.
struct FakeFilterNames: FilterNames {
  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] {
    try find(name, ["lab.test": [Self.one, Self.two, Self.six], "six.test": [Self.six]], "is not known as a host")
  }

  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] {
    try find(
      name, ["http": [80], "https": [443], "http-alt": [8080], "two-ports": [7, 9], "3com-tsmux": [106]],
      "is not a service")
  }

  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    try find(name, ["lo": 1, "eth0": 2], "is not an interface")
  }

  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 {
    try find(path, ["/system.slice/my daemon.service": 4711, "user.slice": 42], "is not a cgroup")
  }

  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 {
    try find(name, ["root": 0, "www-data": 33], "is not a user")
  }

  static let one = IPAddress(v4: 0xc000_0201)
  static let two = IPAddress(v4: 0xc000_0202)
  static let six = IPAddress(v6: 0x2001_0db8 << 32, 1)

  private func find<Value>(
    _ name: String, _ known: [String: Value], _ reason: String
  ) throws(FilterNameFailure) -> Value {
    guard let value = known[name] else { throw FilterNameFailure(reason) }
    return value
  }
}
