internal import ArgumentParser

/// A word that a shell offers, with a note about it.
struct Candidate: Hashable {
  var word: String
  var note: String?

  /// The lines that a shell's script expects.
  ///
  /// fish takes the note after a tab, zsh after a colon. bash shows no notes.
  static func lines(_ candidates: [Candidate], for shell: CompletionShell?) -> [String] {
    candidates.map { candidate in
      let word = visible(candidate.word)
      let note = candidate.note.map(visible)
      switch shell {
      case .fish?: return note.map { "\(word)\t\($0)" } ?? word
      case .zsh?:
        // A colon ends the word.
        let escaped = word.flatMap { ["\\", ":"].contains($0) ? ["\\", $0] : [$0] }
        return note.map { String(escaped) + ":" + $0 } ?? String(escaped)
      default: return word
      }
    }
  }

  /// The text without characters that would break the line, since names come from other programs.
  private static func visible(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.appendVisible(text.utf8)
    return String(decoding: bytes, as: UTF8.self)
  }
}
