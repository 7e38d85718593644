internal import Glibc
internal import SockDiagWire

/// The names of network interfaces by index. Each is looked up once.
struct InterfaceNames {
  /// The source of names. A capture has only indices, and they belong to another host.
  enum Source { case host, none }

  /// The namespace of the interfaces, if it is not that of this thread.
  private var namespace: NamespaceTag?

  let source: Source
  private var names: [UInt32: [UInt8]] = [:]

  init(_ source: Source) { self.source = source }

  /// Creates a list of known names.
  init(_ names: [UInt32: String]) {
    source = .none
    self.names = names.mapValues { Array($0.utf8) }
  }

  /// Takes names from another namespace from now on.
  mutating func use(_ namespace: NamespaceTag?) {
    if namespace === self.namespace { return }
    self.namespace = namespace
    names.removeAll(keepingCapacity: true)
  }

  /// The kernel's name of an interface; `nil` if there is none.
  mutating func name(_ index: UInt32) -> [UInt8]? {
    if let known = names[index] { return known.isEmpty ? nil : known }
    let name = namespace?.interface(index) ?? (source == .host ? Self.lookUp(index) : [])
    names[index] = name
    return name.isEmpty ? nil : name
  }

  /// Appends the name for a cell, or the index if there is no name.
  mutating func append(_ index: UInt32, to text: inout [UInt8]) {
    if let name = name(index) { text.appendCell(name) } else { text.appendDecimal(UInt64(index)) }
  }

  private static func lookUp(_ index: UInt32) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    // SAFETY: the buffer has the IF_NAMESIZE bytes that the function may write, with their terminator.
    guard unsafe if_indextoname(index, &buffer) != nil else { return [] }
    return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }
}
