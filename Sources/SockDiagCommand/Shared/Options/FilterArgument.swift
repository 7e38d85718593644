internal import SockDiag
internal import SockDiagWire

/// The filter as it stands on the command line, in one word or in many.
enum FilterArgument {
  static func parse(_ words: [String], names: any FilterNames) throws(CommandFailure) -> SocketFilter {
    // Columns count in this text, which is what the message shows.
    let text = words.joined(separator: " ")
    do throws(FilterError) {
      return try SocketFilter(text, names: names)
    } catch {
      var failure = CommandFailure.usage("filter, column \(error.column): \(error.explanation)")
      failure.excerpt = excerpt(of: text, error)
      throw failure
    }
  }

  /// The part of the text around a fault, and a line that points at it.
  private static func excerpt(of text: String, _ error: FilterError) -> [String] {
    let width = 72
    let scalars = Array(text.unicodeScalars)
    let position = error.column - 1
    let start = scalars.count <= width ? 0 : max(0, min(position - width / 2, scalars.count - width))
    let shown = scalars.dropFirst(start).prefix(width)
    // One column for each: what a terminal would not show as one is shown as a question mark.
    let line = String(String.UnicodeScalarView(shown.map { (" "..."~").contains($0) ? $0 : "?" }))
    let marks = String(repeating: "^", count: max(1, min(error.length, width - (position - start))))
    return [line, String(repeating: " ", count: max(0, position - start)) + marks]
  }
}

/// Names in a filter for a capture: those of hosts, services and users are looked up on this host, but an interface or a
/// cgroup of the host where it was recorded has another number here.
struct CaptureFilterNames: FilterNames {
  private let host = HostNames()

  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] { try host.addresses(ofHost: name) }
  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] { try host.ports(ofService: name) }
  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 { try host.id(ofUser: name) }

  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    throw FilterNameFailure("is not an index; a capture has no names of interfaces, so write the number")
  }

  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 {
    throw FilterNameFailure("is not an id; a capture has no paths of cgroups, so write the number")
  }
}
