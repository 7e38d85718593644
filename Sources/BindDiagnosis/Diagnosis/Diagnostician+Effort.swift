extension Diagnostician.Effort: CustomStringConvertible {
  private static let names: [(part: Self, name: String)] = [
    (.owners, "owners"), (.heldOptions, "options of held sockets"), (.otherNamespaces, "other namespaces"),
    (.ownersElsewhere, "owners elsewhere"), (.probe, "a real bind()"), (.redirections, "redirections"),
    (.origins, "origins of processes"),
  ]

  /// The parts in words: `owners, origins of processes`; `only the sockets` without any.
  public var description: String {
    let names = Self.names.filter { contains($0.part) }.map(\.name)
    return names.isEmpty ? "only the sockets" : names.joined(separator: ", ")
  }
}
