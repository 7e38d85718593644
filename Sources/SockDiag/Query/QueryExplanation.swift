public import SockDiagWire

/// Which part of a query's filter the kernel applies, and which part the library applies to the replies.
public struct QueryExplanation: Hashable, Sendable {
  /// The query.
  public var query: SocketQuery
  /// The divided filter; two walks if only the kernel can test a term that the rest depends on.
  public var walks: [CompiledFilter]
  /// The number of sockets that the kernel reported.
  public var reported: Int
  /// The number of these that passed the library's part.
  public var passed: Int
  /// Whether all sockets were seen and decided.
  public var defects: DumpDefects
  /// Operations of filter programs that this kernel refuses.
  public var refused: InetBytecode.Operations
}

extension QueryExplanation: CustomStringConvertible {
  /// Several lines of text, without a newline at the end.
  public var description: String {
    var lines: [String] = []
    let family = query.family.map { ", \($0)" } ?? ""
    for (index, walk) in walks.enumerated() {
      let number = walks.count == 1 ? "" : ", walk \(index + 1) of \(walks.count)"
      lines.append("\(query.protocol)\(family)\(number)")
      if walk.states.isEmpty {
        lines.append("  no socket can pass")
        continue
      }
      lines.append("  kernel  \(Self.names(walk.states))")
      let kernelPart = walk.kernelPart.description
      if !kernelPart.isEmpty {
        let size = walk.bytecode.bytes.count
        let means = size == 0 ? "in the request" : "a program of \(size) bytes"
        lines.append("          \(kernelPart)  (\(means))")
      }
      if let remainder = walk.remainder { lines.append("  here    \(remainder)") }
    }
    if !refused.isEmpty { lines.append("this kernel refuses to compare \(Self.names(refused))") }
    lines.append("the kernel reported \(reported), of which \(passed) passed")
    return lines.joined(separator: "\n")
  }

  private static func names(_ states: SocketStateSet) -> String {
    if let group = SocketStateSet.groups.first(where: { $0.states == states }) { return "states: \(group.name)" }
    return "states: "
      + (0..<32).map { SocketState(rawValue: $0).description }.filter {
        SocketStateSet(name: $0).map(states.isSuperset) ?? false
      }
      .joined(separator: ", ")
  }

  private static func names(_ operations: InetBytecode.Operations) -> String {
    let names: [(InetBytecode.Operations, String)] = [
      (.portEquality, "ports for equality"), (.interface, "interfaces"), (.mark, "marks"), (.cgroup, "cgroups"),
    ]
    return names.filter { operations.contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
