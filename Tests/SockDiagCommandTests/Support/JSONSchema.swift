/// As much of JSON Schema as the schema of this repository uses. A keyword that is not known here fails.
struct JSONSchema {
  private let root: JSONValue

  private init(_ root: JSONValue) { self.root = root }

  /// Reads a schema of `Fixtures/json-schema`, which may refer to the others there.
  init(named name: String) throws {
    root = try JSONValue(parsing: try Fixture.read("json-schema/\(name).schema.json"))
  }

  /// The values that the schema has for a keyword.
  subscript(keyword: String) -> JSONValue? { root[keyword] }

  /// The schemas that others refer to, by the names of their files. Each is read once.
  private static let shared = Dictionary(
    uniqueKeysWithValues: sharedNames.compactMap { name in
      (try? JSONSchema(named: name)).map { ("\(name).schema.json", $0) }
    })

  private static let sharedNames =
    ["inet", "unix", "netlink", "packet", "vsock", "xdp", "tipc", "smc"].map { "\($0)-socket" } + ["kill"]

  /// What the value has against the schema, each with its place; empty if it is valid.
  func violations(of value: JSONValue) -> [String] { violations(value, root, at: "") }

  private static let annotations: Set = ["$schema", "$defs", "title", "description"]

  private func violations(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
    guard case .object(let keywords) = schema else { return ["\(path): not a schema: \(schema)"] }
    return keywords.flatMap { keyword, argument in
      check(keyword, argument, value, keywords, at: path).map { "\(path) \(keyword): \($0)" }
    }
  }

  private func check(
    _ keyword: String, _ argument: JSONValue, _ value: JSONValue, _ keywords: [String: JSONValue], at path: String
  ) -> [String] {
    switch (keyword, argument) {
    case (let name, _) where Self.annotations.contains(name): return []
    case ("$ref", .string(let name)):
      let parts = name.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let schema = parts[0].isEmpty ? self : Self.shared[parts[0]],
        let target = schema.definition(parts[1])
      else { return ["\(name) leads nowhere"] }
      return schema.violations(value, target, at: path)
    case ("type", .string(let name)): return Self.has(value, name) ? [] : ["\(value) is no \(name)"]
    case ("const", _): return value == argument ? [] : ["\(value) is not \(argument)"]
    case ("enum", .array(let values)): return values.contains(value) ? [] : ["\(value) is none of \(values.count)"]
    case ("minimum", .number(let least)):
      guard case .number(let number) = value else { return [] }
      return number >= least ? [] : ["\(number) is too small"]
    case ("maximum", .number(let most)):
      guard case .number(let number) = value else { return [] }
      return number <= most ? [] : ["\(number) is too large"]
    case ("pattern", .string(let pattern)):
      guard case .string(let text) = value else { return [] }
      return text.contains(Self.regex(pattern)) ? [] : ["\(text) does not match"]
    case ("anyOf", .array(let choices)):
      return choices.contains { violations(value, $0, at: path).isEmpty } ? [] : ["\(value) matches none"]
    case ("oneOf", .array(let choices)):
      let matches = choices.filter { violations(value, $0, at: path).isEmpty }.count
      return matches == 1 ? [] : ["\(matches) match"]
    case ("items", _):
      return value.elements.enumerated().flatMap { violations($1, argument, at: "\(path)[\($0)]") }
    case ("required", .array(let names)):
      return names.compactMap { name in
        guard case .string(let name) = name, case .object(let members) = value else { return nil }
        return members[name] == nil ? "\(name) is missing" : nil
      }
    case ("properties", .object(let properties)):
      guard case .object(let members) = value else { return [] }
      return members.flatMap { name, member in
        properties[name].map { violations(member, $0, at: "\(path).\(name)") } ?? []
      }
    case ("additionalProperties", .boolean(false)):
      guard case .object(let members) = value, case .object(let properties) = keywords["properties"] else { return [] }
      return members.keys.filter { properties[$0] == nil }.map { "\($0) is not described" }
    default: return ["not supported by this validator"]
    }
  }

  /// What a pointer such as `/$defs/address` leads to. See RFC 6901.
  private func definition(_ pointer: String) -> JSONValue? {
    pointer.split(separator: "/").reduce(Optional(root)) { $0?[String($1)] }
  }

  private static func has(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.number(let number), "integer"): number == number.rounded()
    case (.string, "string"), (.boolean, "boolean"), (.array, "array"), (.object, "object"): true
    default: false
    }
  }

  private static func regex(_ pattern: String) -> Regex<AnyRegexOutput> {
    do { return try Regex(pattern) } catch { preconditionFailure("\(pattern): \(error)") }
  }
}
