extension PatternParser {
  /// Reads what follows a backslash.
  mutating func escaped(from start: Int) throws(FilterPatternError) -> ScalarSet {
    if let scalar = next, let set = ScalarSet.escapes[scalar] {
      offset += 1
      return set
    }
    return ScalarSet(try escapedCharacter(from: start))
  }

  private mutating func escapedCharacter(from start: Int) throws(FilterPatternError) -> Unicode.Scalar {
    guard let scalar = take() else {
      throw error(from: start, "nothing follows this '\\'; write '\\\\' for the character")
    }
    switch scalar {
    case "t": return "\t"
    case "x":
      let digits = String(String.UnicodeScalarView(scalars[offset...].prefix(2)))
      guard digits.utf8.count == 2, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let code = UInt8(digits, radix: 16), code < 128
      else { throw error(from: start, "'\\x' needs two digits from 00 to 7f") }
      offset += 2
      return Unicode.Scalar(code)
    case "0"..."9": throw error(from: start, "'\\\(scalar)' refers to a group, which is not supported")
    case "a"..."z", "A"..."Z": throw error(from: start, "'\\\(scalar)' has no meaning; write '\(scalar)'")
    default: return scalar
    }
  }

  /// Reads what follows `[`.
  mutating func bracketSet(from start: Int) throws(FilterPatternError) -> ScalarSet {
    let isNegated = take("^")
    var set = ScalarSet()
    var isFirst = true
    while true {
      let place = offset
      guard next != nil else {
        offset = start + 1
        throw error(from: start, "this '[' is never closed; write '\\[' for the character")
      }
      // A bracket at the beginning is a character.
      if !isFirst, take("]") { return isNegated ? set.complement : set }
      isFirst = false
      if take("[:") {
        set.formUnion(try namedClass(from: place))
        continue
      }
      guard let first = try member() else {
        // A set such as \d has no range.
        set.formUnion(try escapedSet(from: place))
        continue
      }
      let isRange = next == "-" && offset + 1 < scalars.count && scalars[offset + 1] != "]"
      guard isRange else {
        set.insert(first...first)
        continue
      }
      offset += 1
      guard let last = try member() else {
        offset += 2
        throw error(from: place, "a range ends with a character; write '-' at the end of the set for the character")
      }
      guard first <= last else {
        throw error(from: place, "the range is empty; write the lower character first, '\(last)-\(first)'")
      }
      set.insert(first...last)
    }
  }

  /// A character in a set; `nil` before an escape that stands for several.
  private mutating func member() throws(FilterPatternError) -> Unicode.Scalar? {
    guard take("\\") else { return take() }
    if let scalar = next, ScalarSet.escapes[scalar] != nil {
      offset -= 1
      return nil
    }
    return try escapedCharacter(from: offset - 1)
  }

  private mutating func escapedSet(from start: Int) throws(FilterPatternError) -> ScalarSet {
    offset += 1
    return try escaped(from: start)
  }

  private mutating func namedClass(from start: Int) throws(FilterPatternError) -> ScalarSet {
    var name = ""
    while let scalar = next, scalar != ":", name.utf8.count < 8 {
      name.unicodeScalars.append(scalar)
      offset += 1
    }
    guard take(":]"), let set = ScalarSet.classes[name] else {
      let names = ScalarSet.classes.keys.sorted().joined(separator: ", ")
      throw error(from: start, "this is not a class of characters; classes are \(names), as in [[:alpha:]]")
    }
    return set
  }
}
