/// The long text of a help page, divided into paragraphs, tables and sections.
struct ManualHelp {
  /// Lines that belong together.
  private enum Block {
    case paragraph(String)
    /// Rows of a term and its explanation.
    case table([(term: String, text: String)])
  }

  private struct Section {
    /// The heading; `nil` before the first one.
    var title: String?
    var blocks: [Block] = []
  }

  private var sections: [Section] = [Section()]

  /// Sections that stand last in a manual page, in this order.
  private static let last = ["EXIT STATUS", "EXAMPLES"]

  /// Reads a text.
  ///
  /// - A line in capitals is a heading.
  /// - Lines with an indent are a table: a term, and its explanation after a colon or after two blanks or more. A line with
  ///   a larger indent continues the row above.
  /// - Other lines are paragraphs.
  init(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let indent = line.prefix { $0 == " " }.count
      let content = String(line.dropFirst(indent))
      if content.isEmpty { continue }
      if indent == 0, Self.isHeading(content) {
        sections.append(Section(title: content))
      } else if indent == 0 {
        appendParagraph(content)
      } else {
        appendRow(content, indent: indent)
      }
    }
  }

  /// Appends what belongs to the description.
  func appendDescription(to page: inout Roff) {
    for section in sections where section.title == nil { Self.append(section, to: &page) }
  }

  /// Appends the sections with headings.
  func appendSections(to page: inout Roff) {
    let named = sections.filter { $0.title != nil }
    func rank(_ section: Section) -> Int { Self.last.firstIndex(of: section.title ?? "").map { $0 + 1 } ?? 0 }
    for wanted in 0...Self.last.count {
      for section in named where rank(section) == wanted {
        page.macro("Sh", [section.title ?? ""])
        Self.append(section, to: &page)
      }
    }
  }

  // MARK: Reading

  private static func isHeading(_ line: String) -> Bool {
    line.count > 2 && line.allSatisfy { $0.isUppercase || $0 == " " }
  }

  private mutating func appendParagraph(_ text: String) {
    let status = "Exit status: "
    if text.hasPrefix(status) {
      // One sentence in the help, and a table in the manual.
      sections.append(Section(title: Self.last[0], blocks: [.table(Self.statusRows(text.dropFirst(status.count)))]))
    } else {
      // Examples come first in a help page. The text after them describes the command.
      let section = sections.last?.title == Self.last[1] ? 0 : sections.count - 1
      sections[section].blocks.append(.paragraph(text))
    }
  }

  /// The rows of `0 free; 1 in use. Further text.`
  private static func statusRows(_ text: Substring) -> [(term: String, text: String)] {
    var rows: [(term: String, text: String)] = []
    for part in text.split(separator: ";") {
      let words = part.drop { $0 == " " }
      let number = words.prefix { $0.isNumber }
      if number.isEmpty, let row = rows.indices.last {
        rows[row].text += ";" + part
      } else {
        let rest = words.dropFirst(number.count).drop { [" ", ",", ":"].contains($0) }
        rows.append((String(number), String(rest)))
      }
    }
    return rows
  }

  private mutating func appendRow(_ content: String, indent: Int) {
    let section = sections.count - 1
    let row = Self.row(content)
    if case .table(var rows)? = sections[section].blocks.last {
      if indent > 2, let last = rows.indices.last {
        rows[last].text += rows[last].text.isEmpty ? content : " " + content
      } else {
        rows.append(row)
      }
      sections[section].blocks[sections[section].blocks.count - 1] = .table(rows)
    } else {
      sections[section].blocks.append(.table([row]))
    }
  }

  private static func row(_ content: String) -> (term: String, text: String) {
    if let gap = content.firstRange(of: "  ") {
      return (String(content[..<gap.lowerBound]), String(content[gap.upperBound...].drop { $0 == " " }))
    }
    // `name: text`, where the name is one word.
    if let colon = content.firstRange(of: ": "), !content[..<colon.lowerBound].contains(" ") {
      return (String(content[..<colon.lowerBound]), String(content[colon.upperBound...]))
    }
    // `126 text`
    let number = content.prefix { $0.isNumber }
    if !number.isEmpty, content.dropFirst(number.count).hasPrefix(" ") {
      return (String(number), String(content.dropFirst(number.count + 1)))
    }
    return (content, "")
  }

  // MARK: Writing

  private static func append(_ section: Section, to page: inout Roff) {
    for (index, block) in section.blocks.enumerated() {
      switch block {
      case .paragraph(let text):
        // The heading starts a paragraph already.
        if index > 0 || section.title == nil { page.line(".Pp") }
        page.paragraph(text)
      case .table(let rows):
        page.line(".Bl -tag -width Ds")
        for row in rows {
          page.line(".It Li \(Roff.argument(row.term))")
          if !row.text.isEmpty { page.paragraph(row.text) }
        }
        page.line(".El")
      }
    }
  }
}
