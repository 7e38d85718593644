internal import SockDiag
internal import SockDiagWire

/// Takes `[ADDRESS:]PORT` apart.
///
/// The message for a mistake suggests the probable meaning, because programs print different forms: `ss` writes
/// `[::1]%lo:80` and `*:80`, servers `:::80` and `http://localhost:80/`.
struct PortArgumentParser {
  var text: String
  var names: any FilterNames

  /// The part before the port.
  struct Host {
    var name: Substring
    /// Behind a `%`.
    var interface: Substring?
    var isBracketed = false
  }

  // MARK: Parts

  /// The host, if there is one, and the port.
  func split() throws(CommandFailure) -> (Host?, port: Substring) {
    let text = text[...]
    guard !text.isEmpty else { throw .usage("the port is empty; write it as 8080, 127.0.0.1:8080 or [::1]:8080") }
    if let path = unixPath {
      throw fault("is a UNIX socket, which has no port", "'sockdiag why \(ShellWord.quoted(path))' says who has it")
    }
    if let scheme = text.firstRange(of: "://") {
      let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
      throw fault("is a URL", "write \(authority.contains(":") ? String(authority) : "\(authority):80")")
    }
    if text.hasPrefix("[") { return try splitBracketed(text) }
    guard let colon = text.lastIndex(of: ":") else {
      guard !text.contains("."), !text.contains("%"), text != "*" else {
        throw fault("lacks a port", "write \(text):8080")
      }
      return (nil, text)
    }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    guard !host.contains(":") else { throw unbracketed(host, port) }
    return (host.isEmpty ? nil : Self.scoped(host), port)
  }

  /// The path, where one is given as programs write theirs: `/run/app.sock`, `./app.sock`, `unix:/run/app.sock`.
  private var unixPath: String? {
    var path = text[...]
    let scheme = ["unix://", "unix:"].first { text.hasPrefix($0) }
    if let scheme { path = path.dropFirst(scheme.count) }
    guard scheme != nil || ["/", "./", "../"].contains(where: path.hasPrefix) else { return nil }
    if let colon = path.lastIndex(of: ":"), UInt16(path[path.index(after: colon)...]) != nil { path = path[..<colon] }
    return String(path)
  }

  private func splitBracketed(_ text: Substring) throws(CommandFailure) -> (Host?, port: Substring) {
    guard let bracket = text.firstIndex(of: "]") else { throw fault("lacks a ']'", "write it as [::1]:8080") }
    var host = Self.scoped(text[text.index(after: text.startIndex)..<bracket])
    host.isBracketed = true
    var rest = text[text.index(after: bracket)...]
    // The form of ss: the interface behind the bracket.
    if rest.first == "%", host.interface == nil {
      let interface = rest.dropFirst().prefix { $0 != ":" }
      host.interface = interface
      rest = rest[interface.endIndex...]
    }
    guard !rest.isEmpty else { throw fault("lacks a port", "write \(text):8080") }
    guard rest.first == ":" else { throw fault("goes on behind the ']' without a colon", "write it as [::1]:8080") }
    return (host, rest.dropFirst())
  }

  private static func scoped(_ host: Substring) -> Host {
    guard let percent = host.firstIndex(of: "%") else { return Host(name: host) }
    return Host(name: host[..<percent], interface: host[host.index(after: percent)...])
  }

  /// The error for an IPv6 address without brackets, whose end is ambiguous.
  private func unbracketed(_ host: Substring, _ port: Substring) -> CommandFailure {
    if IPAddress(String(Self.scoped(host).name)) != nil, UInt16(port) != nil {
      return fault("has an IPv6 address without brackets", "write [\(host)]:\(port)")
    }
    if IPAddress(String(Self.scoped(text[...]).name)) != nil {
      return fault("is an address and lacks a port", "write [\(text)]:8080")
    }
    return fault("is not [ADDRESS:]PORT", "write it as 8080, 127.0.0.1:8080 or [::1]:8080")
  }

  // MARK: Values

  func port(_ word: Substring) throws(CommandFailure) -> UInt16 {
    guard !word.isEmpty else { throw fault("lacks a port behind the colon", "write \(text)8080") }
    if word.utf8.allSatisfy(Self.isDigit) {
      guard let port = UInt16(word) else { throw .usage("'\(word)' is not a port; ports are 0 to 65535") }
      return port
    }
    if let slash = word.firstIndex(of: "/"), word[..<slash].utf8.allSatisfy(Self.isDigit) {
      throw .usage("'\(word)' ends in no known protocol; write \(word[..<slash])/tcp or \(word[..<slash])/udp")
    }
    if word.utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: "-") }) {
      throw .usage(
        "'\(word)' is not one port; ports are 0 to 65535, and only kill, wait and free take a range, such as 3000-3010")
    }
    if word.utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: ",") }) {
      throw .usage("'\(word)' is not one port; only kill, wait and free take a list, such as 80,443")
    }
    let ports: [UInt16]
    do throws(FilterNameFailure) { ports = try names.ports(ofService: String(word)) } catch {
      // People know the name of the program.
      guard text == word, text.first?.isLetter == true,
        let line = OfferedLine.first(["list", "-ap", "comm", "=", text])
      else {
        throw .usage("'\(word)' \(error.explanation)")
      }
      throw .usage("'\(word)' is not a port or a service; \(line) shows the ports of a program")
    }
    guard let port = ports.first, ports.count == 1 else {
      let list = ports.map(String.init).joined(separator: " and ")
      throw .usage("'\(word)' is \(list), depending on the protocol; write the number")
    }
    return port
  }

  func interfaceIndex(_ word: Substring) throws(CommandFailure) -> UInt32 {
    guard !word.isEmpty else { throw fault("lacks an interface behind the '%'", "write it as [fe80::1%eth0]:80") }
    if word.utf8.allSatisfy(Self.isDigit), let index = UInt32(word), index > 0 { return index }
    return try lookUp(word) { names, name throws(FilterNameFailure) in try names.index(ofInterface: name) }
  }

  func place(_ host: Host) throws(CommandFailure) -> PortArgument.Place {
    let name = String(host.name)
    if name == "*", !host.isBracketed { return .everywhere }
    if let address = IPAddress(name) {
      guard host.isBracketed == (address.family == .inet6) else {
        throw fault("has brackets, but not around an IPv6 address", "write \(name):\(portText)")
      }
      return .addresses([address])
    }
    if host.isBracketed || name.isEmpty { throw fault("has no address before the port", "write it as [::1]:8080") }
    // iptables writes ranges so.
    if name.utf8.allSatisfy(Self.isDigit), UInt16(portText) != nil {
      throw fault("is not an address and a port", "write a range as \(name)-\(portText)")
    }
    // A resolver reads 10.1 as 10.0.0.1, which a person would not expect.
    if name.utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: ".") }) {
      throw .usage("'\(name)' is not an address; write four numbers up to 255, as in 127.0.0.1:8080")
    }
    if name.contains("/") { throw .usage("'\(name)' is not an address; one is taken at a time, without a prefix") }
    return .addresses(
      try lookUp(host.name) { names, name throws(FilterNameFailure) in try names.addresses(ofHost: name) })
  }

  // MARK: Help

  var portText: Substring { text[...].split(separator: ":").last ?? "8080" }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private func fault(_ fault: String, _ suggestion: String) -> CommandFailure {
    .usage("'\(text)' \(fault); \(suggestion)")
  }

  private func lookUp<Value>(
    _ word: Substring, _ body: (any FilterNames, String) throws(FilterNameFailure) -> Value
  ) throws(CommandFailure) -> Value {
    do throws(FilterNameFailure) { return try body(names, String(word)) } catch {
      throw .usage("'\(word)' \(error.explanation)")
    }
  }
}
