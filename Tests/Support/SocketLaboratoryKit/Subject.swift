internal import Glibc
public import SocketLaboratory
internal import SocketOwners

/// A shell that holds descriptors, from 9 downwards, and executes lines from its standard input. It ends with the
/// value.
///
/// It is a shell because that needs no compiler, can ignore a signal, and can close a descriptor on command.
public final class Subject {
  /// The process.
  public let pid: Int32
  private var input: Int32
  private var output: Int32
  private var status: Int32?

  /// Scripts. Each prints a line when it is ready, and ends when its input ends.
  public enum Script {
    /// Ends by any signal.
    public static let plain = "echo ready; read line"
    /// Ends by SIGKILL only.
    public static let stubborn = "trap '' TERM; echo ready; read line"
    /// Closes descriptor 9 on command.
    public static let dropping = "echo ready; read line; exec 9>&-; echo dropped; read line"
    /// Closes descriptor 9 when it is signalled, and continues.
    public static let draining = "trap 'exec 9>&-' TERM; echo ready; while read line; do :; done; read line"
    /// Has two children that hold the same sockets.
    public static let family = "exec 7<&0; for i in 1 2; do sh -c 'read line' <&7 & done; echo ready; wait; wait"
  }

  /// Starts a shell.
  ///
  /// - Parameters:
  ///   - sockets: The sockets to hold. They are closed here, unless other processes will hold them too.
  ///   - starter: A program that starts the shell, and its arguments.
  ///   - arguments: The arguments of the script, from `$0` on.
  public init(
    _ script: String, holding sockets: [LabSocket], keepsThem: Bool = false, by starter: [String] = [],
    _ arguments: [String] = []
  ) throws {
    let (ownInput, theirInput) = try Self.pipe(readsHere: false)
    let (ownOutput, theirOutput) = try Self.pipe(readsHere: true)
    (input, output) = (ownInput, ownOutput)
    // Moved away from the numbers that they will get.
    let copies = sockets.map { fcntl($0.descriptor, F_DUPFD_CLOEXEC, 64) }
    defer { ProcessStarts.heldOff { for copy in copies + [theirInput, theirOutput] { close(copy) } } }
    let streams = [(theirInput, Int32(0)), (theirOutput, 1), (theirOutput, 2)]
    let held = copies.enumerated().map { ($1, Int32(9 - $0)) }
    pid = try Self.start(starter + ["/bin/sh", "-c", script] + arguments, streams + held)
    if !keepsThem { for socket in sockets { socket.close() } }
    guard hear().hasPrefix("ready") else { throw LaboratoryError(.system, "the shell does not start") }
  }

  deinit { end() }

  /// Waits until no other process holds the sockets: a child that another test was starting may have had them for a
  /// moment.
  public static func waitUntilAloneWith(_ inodes: [UInt32], _ subjects: [Subject], children: Int = 0) throws {
    let known = Set(subjects.map(\.pid))
    let complaints = try settled {
      var owners = try OwnerFinder()
      let report = try owners.find(inodes.map { WantedSocket(inode: $0) }, .anew)
      let strangers = report.processes.map(\.pid).filter { !known.contains($0) }
      return strangers.count > children ? ["held by \(strangers)"] : []
    }
    if let complaint = complaints.first { throw LaboratoryError(.system, complaint) }
  }

  /// Writes a line to its input.
  public func tell(_ line: String = "") {
    let bytes = Array((line + "\n").utf8)
    // SAFETY: write reads the bytes during the call.
    _ = unsafe write(input, bytes, bytes.count)
  }

  /// Reads a line of its output, or to its end.
  public func hear() -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    // SAFETY: read writes the one byte, during the call.
    while unsafe read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
    return String(decoding: line, as: UTF8.self)
  }

  /// Reads all of its output.
  public func hearAll() -> String {
    var text = ""
    while case let line = hear(), !line.isEmpty { text += line + "\n" }
    return text
  }

  /// Whether it runs. A signal may take a moment.
  public var isRunning: Bool {
    if status == nil {
      var status: Int32 = 0
      // SAFETY: the call writes the one number.
      if unsafe waitpid(pid, &status, WNOHANG) == pid { self.status = status }
    }
    return status == nil
  }

  /// The signal that ended it; 0 if it ended by itself, and `nil` if it runs.
  public var endingSignal: Int32? { isRunning ? nil : (status ?? 0) & 0x7f }

  /// Ends it.
  public func end() {
    if isRunning {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      // SAFETY: the call writes the one number.
      while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
      self.status = status
    }
    // Its children end with their input.
    for end in [input, output] { close(end) }
    (input, output) = (-1, -1)
  }

  private static func pipe(readsHere: Bool) throws -> (here: Int32, there: Int32) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe fills the two numbers.
    guard unsafe Glibc.pipe(&ends) == 0 else { throw LaboratoryError(.system, "pipe: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return readsHere ? (ends[0], ends[1]) : (ends[1], ends[0])
  }

  /// Starts subjects that share a listener, which no other process holds.
  public static func holders(
    _ laboratory: Laboratory, _ scripts: [String], on place: LabEndpoint = LabEndpoint(.loopbackV4, 8080),
    by starter: [String] = [], children: Int = 0
  ) throws -> [Subject] {
    let socket = try laboratory.tcpListener(on: place)
    let inode = socket.inode
    let subjects = try scripts.map { try Subject($0, holding: [socket], keepsThem: true, by: starter) }
    // Otherwise this process would be among the holders.
    socket.close()
    try waitUntilAloneWith([inode], subjects, children: children)
    return subjects
  }

  /// Starts a program with some descriptors and no signal blocked or ignored.
  private static func start(_ words: [String], _ descriptors: [(from: Int32, to: Int32)]) throws -> Int32 {
    // SAFETY: empty structures, filled by the calls below and destroyed when this function ends.
    var (actions, attributes) = unsafe (posix_spawn_file_actions_t(), posix_spawnattr_t())
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    // SAFETY: as above.
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    let first = descriptors.map(\.to).reduce(2, max) + 1
    for (from, to) in descriptors {
      // SAFETY: the structure was initialized.
      unsafe posix_spawn_file_actions_adddup2(&actions, from, to)
    }
    // SAFETY: as above.
    for other in 3..<first where !descriptors.contains(where: { $0.to == other }) {
      unsafe posix_spawn_file_actions_addclose(&actions, other)
    }
    unsafe ProcessStarts.close(from: first, beforeExecBy: &actions)
    var signals = sigset_t()
    // SAFETY: the calls fill the set and copy it.
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGTERM, SIGPIPE, SIGINT] { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process = pid_t()
    // SAFETY: all pointers live through the call.
    let failure = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]) { environment in
        ProcessStarts.announced {
          unsafe posix_spawnp(&process, words[0], &actions, &attributes, arguments, environment)
        }
      }
    }
    guard failure == 0 else { throw LaboratoryError(.system, "\(words[0]): errno \(failure)") }
    return process
  }
}
