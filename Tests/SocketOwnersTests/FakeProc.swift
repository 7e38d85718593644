import Glibc
import SocketOwners
import Synchronization

/// A proc with a few processes that behaves like the kernel's. It counts descriptors and gives each process inodes of
/// its own. An open directory stays bound to its process, even if another process gets the id.
///
/// A test can make any operation fail with an errno, or change the processes before it. It names the operation by its
/// number or by its path.
final class FakeProc: DirectoryOperations {
  /// A process. The text of a link decides what a descriptor leads to.
  struct Process: Sendable {
    var start: UInt64
    var files: [UInt32: String] = [:]
    /// Threads with tables of their own.
    var threads: [Int32: [UInt32: String]] = [:]
    /// Threads without a table of their own, each with the thread whose table it shares; 0 for the first thread.
    var sharers: [Int32: Int32] = [:]
    var info: [UInt32: String] = [:]
    /// The inode of the process in proc. Each process that ever existed has another one.
    var inode: UInt64 = 0
    var uid: UInt32 = 0

    var allThreads: [Int32] { Array(threads.keys) + sharers.keys }

    /// The descriptor table of a thread; `nil` if there is no such thread.
    func table(of thread: Int32) -> [UInt32: String]? {
      let owner = sharers[thread] ?? thread
      return owner == 0 ? files : threads[owner]
    }

    mutating func open(_ link: String) -> UInt32 {
      var number: UInt32 = 0
      while files[number] != nil { number += 1 }
      files[number] = link
      return number
    }
  }

  private enum Node: Sendable {
    case root
    case process(Int32, UInt64)
    case table(Int32, UInt64, thread: Int32)
    case tasks(Int32, UInt64)

    /// The path below proc.
    var path: String {
      switch self {
      case .root: "."
      case .process(let pid, _): "\(pid)"
      case .table(let pid, _, 0): "\(pid)/fd"
      case .table(let pid, _, let thread): "\(pid)/task/\(thread)/fd"
      case .tasks(let pid, _): "\(pid)/task"
      }
    }
  }

  /// An operation on a file of proc. If its directory is open, the path begins with that of the directory.
  struct Operation: Sendable, Equatable {
    enum Kind: Sendable { case open, list, link, read, status, compare }

    let kind: Kind
    let path: String

    init(_ kind: Kind, _ path: String) { (self.kind, self.path) = (kind, path) }
  }

  private struct State: Sendable {
    var processes: [Int32: Process] = [:]
    var nodes: [Int32: (node: Node, names: [String]?)] = [:]
    var nextNode: Int32 = 1
    var nextInode: UInt64 = 100
    var operations = 0
    var openNodes: Int { nodes.count }
  }

  private let state = Mutex(State())
  private let event: Mutex<(@Sendable (Int, FakeProc) -> Int32)?> = Mutex(nil)
  private let namedEvent: Mutex<(@Sendable (Operation, FakeProc) -> Int32)?> = Mutex(nil)

  /// The processes. A new one, or one with another start, gets new inodes.
  var processes: [Int32: Process] {
    get { state.withLock { $0.processes } }
    set {
      state.withLock { state in
        for (pid, process) in newValue where state.processes[pid]?.start != process.start {
          state.nextInode += 1
          state.processes[pid] = process
          state.processes[pid]?.inode = state.nextInode
        }
        for (pid, process) in newValue {
          let inode = state.processes[pid]?.inode ?? 0
          state.processes[pid] = process
          state.processes[pid]?.inode = inode
        }
        state.processes = state.processes.filter { newValue[$0.key] != nil }
      }
    }
  }

  /// Gives every process new inodes, as the kernel does if it needs memory.
  func evict() {
    state.withLock { state in
      for pid in state.processes.keys {
        state.nextInode += 1
        state.processes[pid]?.inode = state.nextInode
      }
    }
  }

  /// Sets what happens before each operation. The handler gets the number of the operation, beginning at 0, and returns
  /// an errno to fail with, or 0.
  func onOperation(_ event: (@Sendable (Int, FakeProc) -> Int32)?) {
    state.withLock { $0.operations = 0 }
    self.event.withLock { $0 = event }
  }

  /// Sets what happens before each operation. The handler gets the operation, and returns an errno to fail with, or 0.
  func before(_ event: (@Sendable (Operation, FakeProc) -> Int32)?) { namedEvent.withLock { $0 = event } }

  /// Makes an operation fail with an errno, every time.
  func fail(_ kind: Operation.Kind, _ path: String, _ errno: Int32) {
    before { operation, _ in operation == Operation(kind, path) ? errno : 0 }
  }

  var operations: Int { state.withLock { $0.operations } }
  /// The number of directories that are still open.
  var openDirectories: Int { state.withLock { $0.openNodes } }

  /// All true holders.
  var truth: [UInt32: Set<HolderPlace>] {
    var truth: [UInt32: Set<HolderPlace>] = [:]
    for (pid, process) in processes {
      for (thread, files) in [0: process.files].merging(process.threads, uniquingKeysWith: { $1 }) {
        for (number, link) in files {
          guard case .socket(let inode) = LinkTarget(Array(link.utf8).span) else { continue }
          let holder = SocketHolder(pid: pid, descriptor: number, threadID: thread == 0 ? nil : thread)
          truth[inode, default: []].insert(HolderPlace(holder))
        }
      }
    }
    return truth
  }

  // MARK: Operations

  private func begin(_ kind: Operation.Kind, _ path: String, in directory: Int32? = nil) -> Int32 {
    let (number, base) = state.withLock { state in
      state.operations += 1
      return (state.operations - 1, directory.flatMap { state.nodes[$0]?.node.path } ?? ".")
    }
    if let event = namedEvent.withLock({ $0 }) {
      let error = event(Operation(kind, base == "." ? path : path == "." ? base : "\(base)/\(path)"), self)
      if error != 0 { return error }
    }
    guard let event = event.withLock({ $0 }) else { return 0 }
    return event(number, self)
  }

  func openDirectory(_ path: ProcPath, in directory: Int32) -> Int32 {
    let error = begin(.open, path.text, in: directory)
    if error != 0 { return -error }
    return state.withLock { state in
      guard let node = Self.node(path, state, isRoot: directory == -100) else { return -ENOENT }
      state.nextNode += 1
      state.nodes[state.nextNode] = (node, nil)
      return state.nextNode
    }
  }

  private static func node(_ path: ProcPath, _ state: State, isRoot: Bool) -> Node? {
    if isRoot || path.text == "." { return .root }
    let words = path.text.split(separator: "/")
    guard let pid = words.first.flatMap({ Int32($0) }), let process = state.processes[pid] else { return nil }
    switch (words.count, words.last) {
    case (1, _): return .process(pid, process.start)
    case (2, "fd"): return .table(pid, process.start, thread: 0)
    case (2, "task"): return .tasks(pid, process.start)
    case (4, "fd"):
      guard let thread = Int32(words[2]), process.table(of: thread) != nil else { return nil }
      return .table(pid, process.start, thread: thread)
    default: return nil
    }
  }

  func close(_ directory: Int32) { state.withLock { $0.nodes[directory] = nil } }

  /// The process that an open directory belongs to, if it still runs.
  private static func process(_ node: Node, _ state: State) -> (Int32, Process)? {
    switch node {
    case .root: return nil
    case .process(let pid, let start), .table(let pid, let start, _), .tasks(let pid, let start):
      guard let process = state.processes[pid], process.start == start else { return nil }
      return (pid, process)
    }
  }

  private static func table(_ node: Node, _ state: State) -> [UInt32: String]? {
    guard case .table(_, _, let thread) = node, let (_, process) = process(node, state) else { return nil }
    return process.table(of: thread)
  }

  func entries(of directory: Int32, into buffer: inout [UInt8]) -> Int {
    let error = begin(.list, ".", in: directory)
    if error != 0 { return -Int(error) }
    let names: [String]? = state.withLock { state in
      guard let (node, rest) = state.nodes[directory] else { return nil }
      let names = rest ?? Self.names(node, state)
      // A large directory comes in several pieces.
      state.nodes[directory]?.names = names.map { Array($0.dropFirst(500)) }
      return names.map { Array($0.prefix(500)) }
    }
    guard let names else { return -Int(ENOENT) }
    if names.isEmpty { return 0 }
    var bytes: [UInt8] = []
    for name in ["."] + names {
      var entry = [UInt8](repeating: 0, count: 19) + name.utf8 + [0]
      entry[16] = UInt8(entry.count)
      bytes += entry
    }
    precondition(bytes.count <= buffer.count)
    buffer.replaceSubrange(0..<bytes.count, with: bytes)
    return bytes.count
  }

  private static func names(_ node: Node, _ state: State) -> [String]? {
    switch node {
    case .root: ["self", "sys"] + state.processes.keys.map(String.init)
    case .table: table(node, state)?.keys.map(String.init)
    case .tasks(let pid, _): process(node, state).map { [String(pid)] + $0.1.allThreads.map(String.init) }
    case .process: []
    }
  }

  func link(_ path: ProcPath, in directory: Int32, into buffer: inout [UInt8]) -> Int {
    let error = begin(.link, path.text, in: directory)
    if error != 0 { return -Int(error) }
    let target: String? = state.withLock { state in
      guard let (node, _) = state.nodes[directory] else { return nil }
      if case .root = node { return path.text == "self" ? String(getpid()) : nil }
      return UInt32(path.text).flatMap { Self.table(node, state)?[$0] }
    }
    guard let target else { return -Int(ENOENT) }
    let bytes = Array(target.utf8.prefix(buffer.count))
    buffer.replaceSubrange(0..<bytes.count, with: bytes)
    return bytes.count
  }

  func contents(_ path: ProcPath, in directory: Int32, limit: Int, into bytes: inout [UInt8]) -> Int32 {
    let error = begin(.read, path.text, in: directory)
    if error != 0 { return -error }
    let words = path.text.split(separator: "/")
    let text: String? = state.withLock { state in
      guard let (node, _) = state.nodes[directory] else { return nil }
      if case .root = node {
        // Kernel threads are listed.
        if path.text == "2/stat" { return "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0" }
        guard words.count > 1, let pid = Int32(words[0]), let process = state.processes[pid] else { return nil }
        if words.count == 3, words[1] == "fdinfo" { return UInt32(words[2]).flatMap { process.info[$0] } }
        return words.count == 2 && words[1] == "stat" ? Self.stat(pid, process) : nil
      }
      guard let (pid, process) = Self.process(node, state) else { return nil }
      if words.last == "stat" { return Self.stat(pid, process) }
      return words.last.flatMap { UInt32($0) }.flatMap { process.info[$0] }
    }
    guard let text else { return -ESRCH }
    bytes = Array(text.utf8.prefix(limit))
    return 0
  }

  private static func stat(_ pid: Int32, _ process: Process) -> String {
    "\(pid) (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 \(process.start) 0 0"
  }

  func status(_ path: ProcPath, in directory: Int32, into status: inout FileStatus) -> Int32 {
    let error = begin(.status, path.text, in: directory)
    if error != 0 { return -error }
    return state.withLock { state in
      if path.text == "self/fd" {
        status.size = 3
        return 0
      }
      let isOpen = path.text == "."
      guard let node = isOpen ? state.nodes[directory]?.node : Self.node(path, state, isRoot: false),
        let (_, process) = Self.process(node, state)
      else { return isOpen ? -ESRCH : -ENOENT }
      status.inode = process.inode
      status.uid = process.uid
      if case .table(_, _, let thread) = node { status.inode += UInt64(thread) << 32 }
      status.size = Self.table(node, state)?.count ?? 0
      status.links = 3 + process.allThreads.count
      return 0
    }
  }

  func compareTables(_ first: Int32, _ second: Int32) -> Int32 {
    let error = begin(.compare, "\(first) \(second)")
    if error != 0 { return -error }
    let process = state.withLock { state in
      state.processes.first { $0.value.allThreads.contains(second) }
    }
    guard let (pid, process) = process else { return -ESRCH }
    func owner(_ thread: Int32) -> Int32 { thread == pid ? 0 : process.sharers[thread] ?? thread }
    return owner(first) == owner(second) ? 0 : 1
  }

  func isProc(_ directory: Int32) -> Bool { true }
}
