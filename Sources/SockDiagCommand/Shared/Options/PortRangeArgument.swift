internal import SockDiag
internal import SockDiagWire

/// Ports of one place on the command line: `8080`, `3000-3010`, `127.0.0.1:3000-3010`, `53/udp`.
struct PortRangeArgument: Hashable {
  /// The argument for the first port.
  var first: PortArgument
  var last: UInt16

  /// Creates the argument for a single port.
  init(_ port: PortArgument) { (first, last) = (port, port.port) }

  private init(_ port: PortArgument, through last: UInt16) { (first, self.last) = (port, last) }

  var ports: ClosedRange<UInt16> { first.port...max(first.port, last) }
  var isSingle: Bool { first.port == last }

  /// The argument for one of the ports.
  func port(_ number: UInt16) -> PortArgument {
    if number == first.port { return first }
    var port = first
    port.port = number
    port.text = host + "\(number)"
    return port
  }

  /// The text as an argument, without the protocol.
  var text: String { isSingle ? first.text : "\(host)\(first.port)-\(last)" }

  /// The place before the port, with the colon.
  private var host: String {
    guard first.place != .unnamed, let colon = first.text.lastIndex(of: ":") else { return "" }
    return String(first.text[...colon])
  }

  /// The ports and the address in the form of a table, in numbers but for the interface.
  var description: String {
    guard !isSingle else { return first.description }
    if first.interfaceIndex != 0 { return text }
    return first.hosts.map { "\($0)\(first.port)-\(last)" }.joined(separator: ", ")
  }

  /// Reads the words of a command line. A word may be a list: `80,443`. An address or a protocol in it counts for the ports
  /// beside it that have none: `127.0.0.1:80,443`, `80,443/udp`.
  ///
  /// - Parameter names: Looks up hosts, services and interfaces, in the namespace of the calling thread.
  static func parse(
    _ words: [String], names: any FilterNames = HostNames()
  ) throws(CommandFailure) -> [PortRangeArgument] {
    var ranges: [PortRangeArgument] = []
    for word in words {
      for range in try parse(word, names) where !ranges.contains(range) { ranges.append(range) }
    }
    return ranges
  }

  private static func parse(
    _ word: String, _ names: any FilterNames
  ) throws(CommandFailure) -> [PortRangeArgument] {
    let items = word.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard items.count == 1 || !items.contains("") else {
      throw .usage("'\(word)' has an empty place beside a comma; write it as 80,443")
    }
    var ranges: [PortRangeArgument] = []
    var host = ""
    for item in items {
      let range = try PortRangeArgument(host.isEmpty || item.contains(":") ? item : host + item, names)
      if items.count > 1, !range.host.isEmpty { host = range.host }
      ranges.append(range)
    }
    // ufw and other firewalls read the protocol at the end of a list in this way too.
    if let transport = ranges.last?.first.transport {
      for index in ranges.indices where ranges[index].first.transport == nil {
        ranges[index].first.transport = transport
      }
    }
    return ranges
  }

  /// Reads one port or range.
  private init(_ text: String, _ names: any FilterNames) throws(CommandFailure) {
    let (plain, transport) = PortArgument.withoutProtocol(text)
    guard let (start, end) = Self.bounds(plain) else {
      self.init(try PortArgument(parsing: text, names: names))
      return
    }
    let prefix = String(plain[..<plain.index(plain.endIndex, offsetBy: -(start.count + 1 + end.count))])
    guard let lower = UInt16(start), let upper = UInt16(end) else {
      throw .usage("'\(start)-\(end)' is not a range of ports; ports are 0 to 65535")
    }
    guard lower <= upper else {
      throw .usage("'\(start)-\(end)' ends before it begins; write \(prefix)\(upper)-\(lower)")
    }
    var port = try PortArgument(parsing: "\(prefix)\(lower)", names: names)
    port.transport = transport
    self.init(port, through: upper)
  }

  /// The two numbers of a range at the end of a text; `nil` if it ends otherwise. Names of services have hyphens too.
  private static func bounds(_ text: String) -> (Substring, Substring)? {
    let range = text[(text.lastIndex(of: ":").map { text.index(after: $0) } ?? text.startIndex)...]
    let parts = range.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else {
      return nil
    }
    return (parts[0], parts[1])
  }
}
