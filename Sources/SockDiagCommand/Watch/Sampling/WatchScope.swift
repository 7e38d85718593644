/// Where `watch` looks.
struct WatchScope: Sendable {
  /// The network namespaces; `nil` for that of this command alone.
  var namespaces: [NamespaceTag]?
  /// Which namespaces may be missing, and why.
  var remarks: [String] = []
}
