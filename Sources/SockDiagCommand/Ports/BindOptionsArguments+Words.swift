extension BindOptionsArguments {
  /// The options as they are written on a command line, all but the protocol.
  var words: [String] {
    var words: [String] = []
    if let preset { words += ["--as", preset.rawValue] }
    if reuseAddress { words.append("--reuseaddr") }
    if reusePort { words.append("--reuseport") }
    if reusePortProgram { words.append("--reuseport-program") }
    if v6Only { words.append("--v6only") }
    if freebind { words.append("--freebind") }
    if let uid { words += ["--uid", uid] }
    if let device { words += ["--device", device] }
    return words
  }
}
