import SockDiagTestKit

/// A random state of a folder and a name, and a question about it.
struct UnixSituation: CustomStringConvertible {
  /// What is behind the name.
  enum Content: String, CaseIterable {
    case nothing, regular, folder, pipe, danglingLink, linkLoop, linkToFile
    case stale, bound, listening, full, shutDown, accepted, client, datagram, connectedDatagram
    case renamed, hardLink, linkToSocket, replaced, removed, elsewhere
  }

  /// The folder of the name.
  enum Folder: String, CaseIterable {
    case open, private0, searchable, sticky, readable, missing, isFile, link, loop, deleted, readOnlyMount
    case readOnlyFileSystem, openInClosed
  }

  /// How the path is spelt.
  enum Spelling: String, CaseIterable {
    case absolute, relative, dotted, throughParent, doubleSlash, trailingSlash, lastDot, lastParent, longest, tooLong
  }

  /// Who asks, and for whom.
  enum Asker: String, CaseIterable {
    case root, rootForNobody, nobody
  }

  var content: Content
  var folder: Folder
  var spelling: Spelling
  var asker: Asker
  /// `SOCK_*` of the socket that is there.
  var type: UInt8
  /// `SOCK_*` of the socket that asks; `nil` if the question leaves it open.
  var askedType: UInt8?
  var isAbstract: Bool
  /// The permissions and the owner of the file.
  var mode: UInt32
  var isOwnedByNobody: Bool
  /// For a connection: whether the other end has a name.
  var peerHasName: Bool

  init(using generator: inout SeededGenerator) {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }
    content = pick(Content.allCases)
    folder = chance(55) ? .open : pick(Folder.allCases)
    // The kernel does not make a file system read-only while a removed file is in use.
    if folder == .readOnlyFileSystem, [.replaced, .removed].contains(content) { folder = .readOnlyMount }
    spelling = chance(60) ? .absolute : pick(Spelling.allCases)
    asker = pick(Asker.allCases)
    type = pick([1, 1, 1, 5])
    askedType = pick([nil, nil, 1, 2, 5])
    isAbstract = chance(20)
    mode = pick([0o755, 0o777, 0o700, 0o000, 0o222, 0o666])
    isOwnedByNobody = chance(30)
    peerHasName = chance(30)
  }

  var description: String {
    let asked = askedType.map { "type \($0)" } ?? "any type"
    let name = isAbstract ? "abstract name" : "\(folder) folder, \(spelling) path"
    return "\(asker) asks for \(asked): \(content) of type \(type), mode \(String(mode, radix: 8))"
      + "\(isOwnedByNobody ? " of nobody" : ""), \(name)\(peerHasName ? ", the peer has a name" : "")"
  }
}
