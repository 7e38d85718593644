/// A labelled line of advice: `Free it       sockdiag kill 8080`.
struct AdviceEntry {
  var label: String
  var text: String
  /// Whether the text is a command to copy.
  var isCommand = false
  /// A remark about the command, as a comment of the shell.
  var remark: String?
  /// Text for the right side, if there is room; otherwise it is an entry with this label.
  var aside: (label: String, text: String)?

  func append(to prose: inout Prose) {
    let room = prose.terminal.width - Prose.labelWidth - Prose.columns(of: text)
    if let remark {
      let fits = room >= Prose.columns(of: remark) + 3
      prose.entry(padded(label), fits ? "\(text) # \(remark)" : text, isCommand: true)
      if !fits { prose.entry(padded(""), "# \(remark)") }
      return
    }
    guard let aside else { return prose.entry(padded(label), text, isCommand: isCommand) }
    let right = "\(aside.label.lowercased()): \(aside.text)"
    if room >= Prose.columns(of: right) + 3 {
      prose.entry(padded(label), "\(text)   \(right)")
    } else {
      prose.entry(padded(label), text)
      prose.entry(padded(aside.label), aside.text, isCommand: true)
    }
  }

  private func padded(_ label: String) -> String {
    label + String(repeating: " ", count: max(Prose.labelWidth - label.count, 1))
  }
}
