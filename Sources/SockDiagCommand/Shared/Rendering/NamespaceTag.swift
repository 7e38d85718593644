internal import SockDiag
internal import SockDiagWire
internal import Synchronization

/// The network namespace of sockets, as rows and JSON show it.
///
/// A class, so that all sockets of a namespace share the names of its interfaces, which are read once and only if one is
/// shown.
final class NamespaceTag: Sendable {
  let namespace: NetworkNamespace
  /// Whether it is the namespace in which this command runs.
  let isOwn: Bool
  private let interfaces = Mutex<[UInt32: [UInt8]]?>(nil)

  init(_ namespace: NetworkNamespace, isOwn: Bool) {
    self.namespace = namespace
    self.isOwn = isOwn
  }

  /// The word in a table: the argument of `--netns`, or `-` for the namespace of this command, which needs none.
  var label: String { isOwn ? "-" : namespace.label }

  /// The name of an interface; empty if it is not known.
  func interface(_ index: UInt32) -> [UInt8] {
    interfaces.withLock { known in
      let names = known ?? Self.interfaces(of: namespace)
      known = names
      return names[index] ?? []
    }
  }

  private static func interfaces(of namespace: NetworkNamespace) -> [UInt32: [UInt8]] {
    // A namespace that may not be entered does not show them.
    guard var reader = try? InterfaceReader(in: namespace), let interfaces = try? reader.interfaces() else {
      return [:]
    }
    return Dictionary(interfaces.map { ($0.index, Array($0.name.utf8)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension NamespaceTag: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    if !namespace.isHidden { writer.number("inode", namespace.id.inode) }
    writer.text("label", isOwn ? nil : namespace.label)
    writer.text("name", namespace.names.first)
    writer.text("path", namespace.paths.first)
    writer.number("pid", namespace.processes.first.map { UInt64($0) })
    if isOwn { writer.boolean("is_own", true) }
  }
}
