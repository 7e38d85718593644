/// Names in a sentence.
package enum NameList {
  /// Up to five names, each once, and how many more there are.
  package static func text(_ names: [String]) -> String {
    var seen: [String] = []
    for name in names where !seen.contains(name) { seen.append(name) }
    let rest = seen.count - 5
    return seen.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
