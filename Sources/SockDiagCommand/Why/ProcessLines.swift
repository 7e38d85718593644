internal import SocketOwners

/// What the lines below a verdict say about its process: the command line, the directory, and what started it.
enum ProcessLines {
  /// The lines, each with its weight in a ``ShortAnswer``.
  static func of(_ leader: ProcessDetails, _ origin: ProcessOrigin?, width: Int) -> [(text: String, weight: Int)] {
    var details: [(text: String, weight: Int)] = []
    let directory = origin?.workingDirectory.map { "in \(String(decoding: $0, as: UTF8.self))" }
    let command = CommandLineText.text(leader)
    let room = width - 4
    switch (command, directory) {
    case (let command?, let directory?):
      let gap = 8
      let left = room - gap - Prose.columns(of: directory)
      if Prose.columns(of: command) <= left || left >= 40 {
        let short = CommandLineText.shortened(command, to: left)
        details.append(("\(short)\(String(repeating: " ", count: gap))\(directory)", 3))
      } else {
        details += [(CommandLineText.shortened(command, to: room), 3), (directory, 5)]
      }
    case (let text?, nil): details.append((CommandLineText.shortened(text, to: room), 3))
    case (nil, let text?): details.append((text, 5))
    case (nil, nil): break
    }
    if let starter = origin?.starterWords(of: leader) { details.append((starter, 4)) }
    return details
  }
}
