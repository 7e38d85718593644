extension UnixArgument {
  /// The UNIX sockets of an argument list; empty if the list is about ports.
  static func list(_ words: [String], options: [String]) throws(CommandFailure) -> [UnixArgument] {
    var arguments: [UnixArgument] = []
    var port: String?
    for word in words {
      if let argument = try UnixArgument(parsing: word) { arguments.append(argument) } else { port = port ?? word }
    }
    guard let first = arguments.first else { return [] }
    if let port {
      throw .usage("'\(port)' is a port, and '\(first.text)' is a UNIX socket; give each kind by itself")
    }
    if let option = options.first {
      throw .usage("\(option) is for ports, and '\(first.text)' is a UNIX socket; leave it out")
    }
    return arguments
  }
}
