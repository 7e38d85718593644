/// Finds known names that resemble an unknown one.
package enum NearestNames {
  /// Up to three names: those that begin with the word or abbreviate it, or else those that contain it, or else those
  /// that differ by a few letters.
  package static func of(_ word: String, among names: [String]) -> [String] {
    let word = Array(word.lowercased().utf8)
    // A distance costs the product of the lengths, and no name is this long.
    guard !word.isEmpty, word.count <= 32 else { return [] }
    let begun = names.filter { $0.utf8.starts(with: word) }
    if !begun.isEmpty { return Array(begun.prefix(3)) }
    let containing = word.count < 3 ? [] : names.filter { $0.utf8.contains(word) }
    if !containing.isEmpty { return Array(containing.prefix(3)) }
    // With two of three letters different, any word would match.
    let limit = word.count <= 3 ? 1 : max(2, word.count / 3)
    let near = names.map { (name: $0, distance: distance(word, Array($0.utf8))) }.filter { $0.distance <= limit }
    guard let least = near.map(\.distance).min() else { return [] }
    return Array(near.filter { $0.distance == least }.map(\.name).prefix(3))
  }

  /// A question that suggests known names, or the given advice.
  package static func suggestion(for word: String, among names: [String], otherwise advice: String) -> String {
    let nearest = of(word, among: names)
    return nearest.isEmpty ? advice : "did you mean \(list(nearest))?"
  }

  private static func list(_ names: [String]) -> String {
    let quoted = names.map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The smallest number of letters to insert, delete, replace or swap with a neighbour.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
