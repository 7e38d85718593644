/// Replaces the parts of an answer that differ between runs: process and descriptor numbers, times, names of temporary cgroups and folders.
struct AnswerMask {
  private var pids: [Substring: Int] = [:]

  mutating func masked(_ lines: [String]) -> String { masked(withoutOtherNamespaces(lines).joined(separator: "\n")) }

  /// Other tests have servers in namespaces of their own, on the same ports.
  private func withoutOtherNamespaces(_ lines: [String]) -> [String] {
    var result: [String] = []
    var isOther = false
    for line in lines {
      isOther = line.contains("in another network namespace") || isOther && line.hasPrefix("      ")
      if !isOther { result.append(line) }
    }
    return result
  }

  private mutating func masked(_ text: String) -> String {
    var text = text
    // shop-4242-1234567890.service
    text = text.replacing(/([a-z]+)-\d+-\d+\.(service|scope)/) { "\($0.1).\($0.2)" }
    text = text.replacing(/\/tmp\/sockdiag-www-\d+/) { _ in "/srv/www" }
    text = text.replacing(/\bup \d+ s\b/) { _ in "up 12 min" }
    text = text.replacing(/\b(?:5\d|60) s\b/) { _ in "60 s" }
    text = text.replacing(/\bin \d\.\d s\b/) { _ in "in 1.0 s" }
    text = text.replacing(/\d+(\s+connections\s+wait)/) { "7\($0.1)" }
    text = text.replacing(/(inode\s+)\d+/) { "\($0.1)1001" }
    text = text.replacing(/(\(pid\s+|[^\s(]\(|[a-z]\s+\()(\d+)(?=[,)])/) { "\($0.1)\(number($0.2))" }
    // A copy of a descriptor that another test holds moves it by one.
    text = text.replacing(/\bfd=\d+/) { _ in "fd=3" }
    return text
  }

  private mutating func number(_ pid: Substring) -> Int {
    let number = pids[pid] ?? 4711 + pids.count
    pids[pid] = number
    return number
  }
}
