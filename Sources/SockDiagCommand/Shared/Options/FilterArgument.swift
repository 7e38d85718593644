internal import SockDiag
internal import SockDiagWire

/// The filter on the command line, in one word or in many.
enum FilterArgument {
  /// - Parameter isFile: Whether the words come from a file, so that a right command line needs another file.
  static func parse(
    _ words: [String], names: any FilterNames, isFile: Bool = false
  ) throws(CommandFailure) -> SocketFilter {
    // The message shows this text, and columns count in it.
    let text = words.joined(separator: " ")
    do throws(FilterError) {
      return try SocketFilter(text, names: names)
    } catch {
      var failure = CommandFailure.usage("filter, column \(error.column): \(error.explanation)")
      failure.excerpt = excerpt(of: text, error)
      if !isFile { failure.correction = FilterCorrection(text, error, names: names) }
      throw failure
    }
  }

  /// The part of the text around a fault, and a line that marks the fault.
  private static func excerpt(of text: String, _ error: FilterError) -> [String] {
    let width = 72
    let scalars = Array(text.unicodeScalars)
    let position = error.column - 1
    let start = scalars.count <= width ? 0 : max(0, min(position - width / 2, scalars.count - width))
    let shown = scalars.dropFirst(start).prefix(width)
    // One column for each character. A character that a terminal may show otherwise becomes a question mark.
    let line = String(String.UnicodeScalarView(shown.map { (" "..."~").contains($0) ? $0 : "?" }))
    let marks = String(repeating: "^", count: max(1, min(error.length, width - (position - start))))
    return [line, String(repeating: " ", count: max(0, position - start)) + marks]
  }
}

/// The names in a filter for a capture. Hosts, services and users are looked up on this host. Interfaces and cgroups are
/// not: the host of the capture gave them other numbers.
struct CaptureFilterNames: FilterNames {
  private let host = HostNames()

  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] { try host.addresses(ofHost: name) }
  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] { try host.ports(ofService: name) }
  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 { try host.id(ofUser: name) }

  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    throw FilterNameFailure("is not an index; a capture has no interface names, so write the number")
  }

  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 {
    throw FilterNameFailure("is not an id; a capture has no cgroup paths, so write the number")
  }
}
