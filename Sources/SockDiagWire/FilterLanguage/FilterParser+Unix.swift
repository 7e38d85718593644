extension FilterParser {
  /// Reads `unix:PATTERN`: a path, `@NAME` for an abstract name, or a pattern for them.
  func unixEnd(_ token: FilterToken) throws(FilterError) -> FamilyEnd {
    do throws(UnixNamePatternFault) {
      return .unix(try UnixNamePattern(parsing: String(token.text.dropFirst("unix:".count))))
    } catch {
      throw self.error(at: token, error.explanation, code: .pattern)
    }
  }
}
