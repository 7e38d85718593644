internal import BindDiagnosis
internal import SockDiag

/// The layout of a diagnosis for people: the verdict, the blocking sockets, the time, the remedies, advice that does not help,
/// and harmless sockets. The sentences come from BindDiagnosis.
struct DiagnosisText {
  /// The kind of program for which socket options are written.
  let preset: Preset
  /// The namespace in which the printed commands must run, as the user named it.
  let namespace: String?
  let showsColour: Bool
  /// Whether IPv6 addresses were left out because the host has no IPv6.
  let leavesOutIPv6: Bool
  private(set) var bytes: [UInt8] = []

  init(preset: Preset, namespace: String?, showsColour: Bool, leavesOutIPv6: Bool = false) {
    self.leavesOutIPv6 = leavesOutIPv6
    self.preset = preset
    self.namespace = namespace
    self.showsColour = showsColour
  }

  /// Appends diagnoses. Equal answers for several addresses are written once.
  mutating func append(_ diagnoses: [Diagnosis]) {
    var groups: [[Diagnosis]] = []
    for diagnosis in diagnoses {
      if let index = groups.firstIndex(where: { $0.first.map { Self.areAlike($0, diagnosis) } ?? false }) {
        groups[index].append(diagnosis)
      } else {
        groups.append([diagnosis])
      }
    }
    for (index, group) in groups.enumerated() {
      if index > 0 { end() }
      append(group: group)
    }
  }

  private static func areAlike(_ one: Diagnosis, _ other: Diagnosis) -> Bool {
    func effects(_ diagnosis: Diagnosis) -> [SocketIdentity: Bool?] {
      Dictionary(
        diagnosis.sockets.map { (SocketIdentity($0.socket), $0.mayBlock) }, uniquingKeysWith: { first, _ in first })
    }
    return one.verdict == other.verdict && one.openQuestions == other.openQuestions
      && effects(one) == effects(other) && one.probe == other.probe
  }

  private mutating func append(group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    verdict(group)
    // Diagnoses of one group have the same rules.
    redirections(diagnosis)
    blockers(diagnosis)
    release(diagnosis)
    remedies(group)
    restraints(diagnosis)
    misbeliefs(diagnosis)
    harmless(diagnosis)
    elsewhere(diagnosis)
    scope(diagnosis)
  }

  // Parts of sections. Text from outside is written with `appendVisible`.

  mutating func end() { bytes.append(UInt8(ascii: "\n")) }

  mutating func heading(_ text: String) {
    end()
    if showsColour { bytes.append(contentsOf: "\u{1B}[1m".utf8) }
    bytes.append(contentsOf: text.utf8)
    if showsColour { bytes.append(contentsOf: "\u{1B}[0m".utf8) }
    end()
  }

  /// Writes an indented line, folded between words to the width of most terminals.
  mutating func line(_ text: String, indent: Int = 2, width: Int = 100) {
    var column = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if column == 0 || column + word.count + 1 > width {
        if column > 0 { end() }
        bytes.append(contentsOf: String(repeating: " ", count: column > 0 ? indent + 2 : indent).utf8)
        column = column > 0 ? indent + 2 : indent
      } else {
        bytes.append(UInt8(ascii: " "))
        column += 1
      }
      bytes.appendVisible(word.utf8)
      column += word.count
    }
    end()
  }

  /// Writes a line to copy, which is never folded.
  mutating func command(_ text: String) {
    bytes.append(contentsOf: "      ".utf8)
    bytes.appendVisible(text.utf8)
    end()
  }
}
