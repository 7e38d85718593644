extension FilterParser {
  /// Parses what follows the name of a figure.
  mutating func parseComparison(_ figure: FilterFigure) throws(FilterError) -> FilterNode {
    let isIdentity = [.userID, .inode, .cookie].contains(figure)
    let comparison = takeComparison()
    if comparison == nil, !isIdentity {
      throw error(
        "'\(figure.name)' lacks a comparison; write it as '\(figure.name) > \(figure.isTime ? "50ms" : "0")'")
    }
    let value = try takeValue(
      figure.isTime ? "a time, such as 50ms," : figure == .userID ? "the name or number of a user" : "a number")
    return figure.filter(comparison ?? .equal, try number(figure, value))
  }

  private func number(_ figure: FilterFigure, _ token: FilterToken) throws(FilterError) -> UInt64 {
    let text = token.text
    if figure.isTime {
      if let time = FilterNumber.microseconds(text[...]) { return time }
      let isNumber = text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } && text.utf8.first?.isDigit == true
      throw error(
        at: token,
        isNumber
          ? "\(Self.quote(text)) lacks a unit; write ms, us or s right behind it"
          : FilterNumber.isTooLarge(text[...], isTime: true)
            ? "\(Self.quote(text)) is too long a time; the longest has 64 bits of microseconds"
            : "\(Self.quote(text)) is not a time; write a number and one of us, ms, s, min, h")
    }
    if let number = FilterNumber.count(text[...]) { return number }
    if figure == .userID, text.utf8.first?.isDigit == false {
      return UInt64(try lookUp(token, text) { names throws(FilterNameFailure) in try names.id(ofUser: text) })
    }
    throw error(
      at: token,
      FilterNumber.isTooLarge(text[...], isTime: false)
        ? "\(Self.quote(text)) is too large; numbers have 64 bits"
        : "\(Self.quote(text)) is not a number; write one such as 4711, 0x1f, 10k (1000) or 10Ki (1024)")
  }
}
