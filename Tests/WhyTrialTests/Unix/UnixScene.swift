import Glibc
import SocketLaboratory
import SocketLaboratoryKit

/// The files and sockets of a situation.
struct UnixScene: ~Copyable {
  /// The bytes of `sun_path` for the question.
  private(set) var name: [UInt8] = []
  private var kept: [UnixLabSocket] = []
  private let situation: UnixSituation
  private let folder: String
  private let file: String

  /// Builds the situation below a folder that is new.
  init(
    _ situation: UnixSituation, number: Int, in lab: borrowing UnixLaboratory, _ namespace: LabNamespace
  ) throws {
    self.situation = situation
    let base = "\(lab.tree)/\(number)"
    folder = situation.folder == .openInClosed ? "\(base)/closed/d" : "\(base)/d"
    file = "\(folder)/s"
    try Self.make(base, 0o755)
    if situation.isAbstract {
      name = [0] + Array("trial\(number)".utf8)
      try fill(namespace, name)
      return
    }
    if situation.folder == .openInClosed { try Self.make("\(base)/closed", 0o755) }
    try Self.make(folder, 0o777)
    if situation.folder == .readOnlyFileSystem { try lab.mountFileSystem(at: folder) }
    try fill(namespace, Array(file.utf8))
    try finishFile()
    try finishFolder(base, lab)
    name = Array(try spelt(base).utf8)
  }

  // MARK: What is there

  /// - Parameter name: The name that a socket is bound to.
  private mutating func fill(_ namespace: LabNamespace, _ name: [UInt8]) throws {
    let isFile = !situation.isAbstract
    let type = situation.content == .datagram || situation.content == .connectedDatagram ? 2 : situation.type
    switch situation.content {
    case .nothing: break
    case .regular: if isFile { try Self.makeFile(file) }
    case .folder: if isFile { try Self.make(file, situation.mode) }
    case .pipe: if isFile { try check(unsafe mkfifo(file, situation.mode), "make a pipe") }
    case .danglingLink: if isFile { try Self.link("nowhere", file) }
    case .linkLoop: if isFile { try Self.link("s", file) }
    case .linkToFile:
      guard isFile else { break }
      try Self.makeFile("\(folder)/target")
      try Self.link("target", file)
    case .stale: _ = try Self.bound(type, name)
    case .bound, .hardLink, .renamed, .linkToSocket, .replaced, .removed: try fillByName(type, name)
    case .listening: try listener(type, name, backlog: 8)
    case .full: try fillQueue(try listener(type, name, backlog: 0), type, name)
    case .shutDown: try listener(type, name, backlog: 8).stopReceiving()
    case .accepted: try connect(type, to: name, keepsListener: false)
    case .client: try connectClient(type, name)
    case .datagram: kept.append(try Self.bound(2, name))
    case .connectedDatagram:
      let socket = try Self.bound(2, name)
      let peer = try Self.bound(2, peerName)
      try Self.expect(socket.connect(peerName))
      kept += [socket, peer]
    case .elsewhere:
      let socket = try namespace.inAnother { () throws -> UnixLabSocket in
        let socket = try Self.bound(type, name)
        try socket.listen(backlog: 8)
        return socket
      }
      kept.append(socket)
    }
  }

  /// A bound socket, and then another name for its file.
  private mutating func fillByName(_ type: UInt8, _ name: [UInt8]) throws {
    guard !situation.isAbstract, situation.content != .bound else { return kept.append(try Self.bound(type, name)) }
    let other = "\(folder)/other"
    let first = [.replaced, .removed].contains(situation.content) ? file : other
    let socket = try Self.bound(type, Array(first.utf8))
    try socket.listen(backlog: 8)
    kept.append(socket)
    switch situation.content {
    case .hardLink: try check(unsafe Glibc.link(other, file), "link")
    case .renamed: try check(unsafe rename(other, file), "rename")
    case .linkToSocket: try Self.link("other", file)
    case .removed: try check(unsafe unlink(file), "unlink")
    default:
      try check(unsafe unlink(file), "unlink")
      _ = try Self.bound(type, name)
    }
  }

  private static func bound(_ type: UInt8, _ name: [UInt8]) throws -> UnixLabSocket {
    let socket = try UnixLabSocket(type: type)
    try expect(socket.bind(name))
    return socket
  }

  @discardableResult
  private mutating func listener(_ type: UInt8, _ name: [UInt8], backlog: Int32) throws -> UnixLabSocket {
    let socket = try Self.bound(type, name)
    try socket.listen(backlog: backlog)
    kept.append(socket)
    return socket
  }

  private mutating func fillQueue(_ listener: UnixLabSocket, _ type: UInt8, _ name: [UInt8]) throws {
    for _ in 0..<8 {
      let client = try UnixLabSocket(type: type)
      if client.connect(name) != 0 { return }
      kept.append(client)
    }
  }

  /// The name of the other end of a connection, if it has one.
  private var peerName: [UInt8] { situation.isAbstract ? name + [0x70] : Array("\(folder)/peer".utf8) }

  private mutating func connect(_ type: UInt8, to name: [UInt8], keepsListener: Bool) throws {
    let listener = try Self.bound(type, name)
    try listener.listen(backlog: 8)
    let client = try UnixLabSocket(type: type)
    if situation.peerHasName { try Self.expect(client.bind(peerName)) }
    try Self.expect(client.connect(name))
    kept += [client, try listener.accept()]
    if keepsListener { kept.append(listener) }
  }

  /// A client with the name, connected to a listener that has another, or has had one.
  private mutating func connectClient(_ type: UInt8, _ name: [UInt8]) throws {
    let listener = try Self.bound(type, peerName)
    try listener.listen(backlog: 8)
    let client = try Self.bound(type, name)
    try Self.expect(client.connect(peerName))
    kept += [client, try listener.accept()]
    if situation.peerHasName { kept.append(listener) }
  }

  private func finishFile() throws {
    var status = stat()
    guard unsafe lstat(file, &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return }
    try check(unsafe chmod(file, situation.mode), "chmod")
    if situation.isOwnedByNobody { try check(unsafe chown(file, 65534, 65534), "chown") }
  }

  // MARK: The folder and the path

  private func finishFolder(_ base: String, _ lab: borrowing UnixLaboratory) throws {
    switch situation.folder {
    case .open, .missing, .isFile, .deleted: break
    case .private0: try check(unsafe chmod(folder, 0o700), "chmod")
    case .searchable: try check(unsafe chmod(folder, 0o711), "chmod")
    case .sticky: try check(unsafe chmod(folder, 0o1777), "chmod")
    case .readable: try check(unsafe chmod(folder, 0o744), "chmod")
    case .openInClosed: try check(unsafe chmod("\(base)/closed", 0o700), "chmod")
    case .link: try Self.link("d", "\(base)/link")
    case .loop: try Self.link("loop", "\(base)/loop")
    case .readOnlyMount: try lab.makeReadOnly(folder, wholeFileSystem: false)
    case .readOnlyFileSystem: try lab.makeReadOnly(folder, wholeFileSystem: true)
    }
    if situation.folder == .isFile { try Self.makeFile("\(base)/plain") }
  }

  private func spelt(_ base: String) throws -> String {
    var place = folder
    switch situation.folder {
    case .missing: place = "\(base)/missing"
    case .isFile: place = "\(base)/plain"
    case .link: place = "\(base)/link"
    case .loop: place = "\(base)/loop"
    case .deleted:
      let gone = "\(base)/gone"
      try Self.make(gone, 0o777)
      try check(unsafe chdir(gone), "change the directory")
      try check(unsafe rmdir(gone), "remove a directory")
      return situation.spelling == .lastParent ? ".." : "s"
    default: break
    }
    func enter(_ folder: String) throws -> Bool { unsafe chdir(folder) == 0 }
    switch situation.spelling {
    case .absolute: return "\(place)/s"
    case .relative: return try enter(place) ? "s" : "\(place)/s"
    case .dotted: return try enter(place) ? "./s" : "\(place)/./s"
    case .throughParent: return "\(place)/../\(place.split(separator: "/").last ?? "")/s"
    case .doubleSlash: return "\(place)//s"
    case .trailingSlash: return "\(place)/s/"
    case .lastDot: return "\(place)/."
    case .lastParent: return "\(place)/.."
    case .longest: return padded(place, 108)
    case .tooLong: return padded(place, 109)
    }
  }

  private func padded(_ place: String, _ length: Int) -> String {
    let slashes = String(repeating: "/", count: max(length - place.utf8.count - 1, 1))
    return "\(place)\(slashes)s"
  }

  // MARK: Files

  private static func make(_ folder: String, _ mode: UInt32) throws {
    // The mode is set apart from the mask of the process.
    try check(unsafe mkdir(folder, 0o777), "make \(folder)")
    try check(unsafe chmod(folder, mode), "chmod \(folder)")
  }

  private static func makeFile(_ path: String) throws {
    // SAFETY: the path is copied.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw LaboratoryError(.system, "make \(path)", errno: errno) }
    close(descriptor)
  }

  private static func link(_ target: String, _ path: String) throws {
    try check(unsafe symlink(target, path), "make a symbolic link")
  }

  private static func expect(_ errno: Int32) throws {
    if errno != 0 { throw LaboratoryError(.system, "prepare a UNIX socket", errno: errno) }
  }
}
