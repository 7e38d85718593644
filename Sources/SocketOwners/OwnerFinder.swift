internal import Glibc

/// Finds the processes that hold sockets, all of them, and remembers what it read.
///
/// sock_diag names no process. Which process holds a socket is known from its descriptors alone, so that a first search
/// reads a link for every descriptor of the host: about three microseconds each. Later searches ask each process how
/// many descriptors it has (since Linux 6.2) and whether it is still the same one, and read only
///
/// - processes that are new,
/// - descriptors whose sockets are no longer wanted, since new sockets take the lowest free numbers,
/// - as many further descriptors as there are more than before,
/// - descriptors of sockets that have several holders, and the fixed files of every io_uring,
///
/// and everything in doubt: if a process has fewer descriptors than expected it is listed, and if a socket remains
/// without holder, all descriptors are read that were not known as wanted sockets. A socket that remains without
/// holder in consecutive searches has everything read anew, at growing intervals.
///
/// **What escapes such a search.** A wanted socket that had one holder is believed to be where it was as long as it is
/// wanted and the process has as many descriptors as it should. So it is not noticed at once if
///
/// - two processes exchange sockets, each in place of one that it closes,
/// - a process moves a descriptor to another number (`dup2` and `close`), or closes one and gets a second descriptor
///   of a wanted socket in exchange,
/// - a descriptor moves to another thread's table of the same size.
///
/// ``SocketHolder/isVerified`` tells which holders were believed, ``verify(_:of:process:)`` reads one again, and
/// ``SearchOptions/anew`` believes nothing. Before Linux 6.2 every search is a first one.
///
/// A value belongs to one thread at a time. It holds one descriptor (of proc) and, for each descriptor of processes
/// that have any, 12 bytes.
public struct OwnerFinder: ~Copyable, Sendable {
  let files: any DirectoryOperations
  /// The directory of proc.
  let proc: Int32
  let traits: ProcTraits
  var records: [Int32: ProcessRecord] = [:]
  var cgroups: CgroupIndex
  var persistence = MissingPersistence()

  /// Creates a finder.
  ///
  /// - Parameters:
  ///   - procRoot: Where proc is mounted.
  ///   - cgroupRoot: Where the hierarchy of cgroups version 2 is mounted; looked up in proc if absent. It is read only
  ///     by searches for first holders.
  /// - Throws: ``SocketOwnersError`` with the code ``SocketOwnersError/Code/missingProc`` if there is no such
  ///   directory, and ``SocketOwnersError/Code/unreadableProc`` if it cannot be opened.
  public init(procRoot: String = "/proc", cgroupRoot: String? = nil) throws(SocketOwnersError) {
    try self.init(KernelDirectories(), procRoot: procRoot, cgroupRoot: cgroupRoot)
  }

  /// Creates a finder that asks somebody else than the kernel.
  package init(
    _ files: any DirectoryOperations, procRoot: String, cgroupRoot: String? = nil
  ) throws(SocketOwnersError) {
    // An absolute path does not care for the directory, and -100 is the current one (AT_FDCWD).
    let proc = files.openDirectory(ProcPath(procRoot), in: -100)
    guard proc >= 0 else {
      // Where no descriptor or no memory is left, proc may be there.
      let code: SocketOwnersError.Code = [ENOENT, ENOTDIR].contains(-proc) ? .missingProc : .unreadableProc
      throw SocketOwnersError(code, operation: "open \(procRoot)", errno: -proc)
    }
    self.files = files
    self.proc = proc
    traits = ProcTraits(files, proc)
    cgroups = CgroupIndex(root: cgroupRoot)
  }

  deinit {
    files.close(proc)
  }

  /// Finds the holders of sockets.
  ///
  /// Allocates a table of 16 to 32 bytes for each wanted socket and 32 bytes for each holder.
  ///
  /// - Parameters:
  ///   - wanted: The sockets. One that is named twice counts once.
  ///   - search: How thoroughly, and with how many threads.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed at all, or the limits of this process do not
  ///   suffice. Processes that end meanwhile or may not be read are no error: see ``OwnerReport/obstacles``.
  public mutating func find(
    _ wanted: some Collection<WantedSocket>, _ search: SearchOptions = SearchOptions()
  ) throws(SocketOwnersError) -> OwnerReport {
    // A generic walk over the sockets would allocate for each of them.
    try find(Array(wanted), search)
  }

  private mutating func find(
    _ wanted: [WantedSocket], _ search: SearchOptions
  ) throws(SocketOwnersError) -> OwnerReport {
    var pass = SearchPass(InodeTable(wanted.map { $0.inode }), search)
    if search.thoroughness == .firstHolder {
      try examine(candidates(ofCgroupsIn: wanted, &pass), &pass)
      if try claims(&pass).isComplete { return report(wanted, &pass) }
      try examine(candidates(ofUsersIn: wanted, &pass), &pass)
      if try claims(&pass).isComplete { return report(wanted, &pass) }
    }
    let listed = try processes(&pass)
    try examine(listed, &pass)
    pass.looksEverywhere = true
    forget(allBut: pass.examined)
    if try !claims(&pass).isComplete { try lookAgain(&pass) }
    return report(wanted, &pass)
  }
}

/// What a search knows on its way.
struct SearchPass {
  let table: InodeTable
  var search: SearchOptions
  var work = SearchWork()
  var obstacles = SearchObstacles()
  /// The processes that were looked at.
  var examined: Set<Int32> = []
  /// All processes, once they were listed.
  var listed: [Int32]?
  /// Whether a stage went over all processes.
  var looksEverywhere = false
  /// Whether every descriptor that may be read was read in this search.
  var isAnew = true
  /// Processes that hold a socket through a thread's table that was read for this search only.
  var holdersByThread: Set<Int32> = []
  /// The result of the latest look at what is known.
  var claims: Claims

  init(_ table: InodeTable, _ search: SearchOptions) {
    self.table = table
    self.search = search
    claims = Claims(table)
  }
}
