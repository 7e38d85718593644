internal import SockDiagWire

/// Where `metrics --listen` listens.
enum MetricsPlace: Hashable {
  case internet(host: String, port: UInt16)
  case unix(path: String)

  /// Reads `[ADDRESS:]PORT` or the path of a UNIX socket.
  init(parsing text: String) throws(CommandFailure) {
    if text.hasPrefix("/") {
      self = .unix(path: text)
      return
    }
    let colon = text.lastIndex(of: ":")
    let host = colon.map { String(text[..<$0]) } ?? "127.0.0.1"
    guard let port = UInt16(colon.map { text[text.index(after: $0)...] } ?? text[...]) else {
      throw .usage("--listen: '\(text)' has no port; give 9773, 10.0.0.1:9773, [::1]:9773, *:9773 or /run/metrics.sock")
    }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    let bare = isBracketed ? String(host.dropFirst().dropLast()) : host
    guard bare == "*" || bare.isEmpty || IPAddress(bare).map({ $0.family == .inet6 ? isBracketed : true }) == true
    else {
      throw .usage("--listen: '\(host)' is not an address; give 9773, 10.0.0.1:9773, [::1]:9773 or *:9773")
    }
    self = .internet(host: bare == "*" || bare.isEmpty ? "::" : bare, port: port)
  }
}
