/// Finds the processes that hold sockets, and remembers what it read for the next search.
///
/// sock_diag names no process. Only the descriptors of a process show which sockets it holds, so a first search reads a
/// link for every descriptor of the host, at about three microseconds each. Later searches ask each process for its
/// number of descriptors (since Linux 6.2) and whether it is still the same process. They read only
///
/// - new processes,
/// - descriptors whose sockets are no longer wanted, because new sockets take the lowest free numbers,
/// - further descriptors, as many as the number has grown by,
/// - descriptors of sockets with several holders, and the fixed files of every io_uring,
///
/// and everything in doubt. A process that has fewer descriptors than expected is listed. If a wanted socket has no
/// holder, all descriptors are read that led to no wanted socket. If a socket has no holder in consecutive searches,
/// everything is read again, at growing intervals.
///
/// **Children that are about to run a program.** Between fork(2) and execve(2) a child has copies of all descriptors of its
/// parent. So if several processes hold a socket, a search reads these descriptors again before it ends: in every process
/// that is new to the finder, except the oldest. A child that stays longer in between is reported as a holder, which it is.
///
/// **What such a search can miss.** If a wanted socket had one holder, the search believes that the holder still has
/// it, as long as the socket is wanted and the process has the expected number of descriptors. So the search does not
/// notice at once if
///
/// - two processes exchange sockets and each closes one,
/// - a process moves a descriptor to another number (`dup2` and `close`), or closes one and gets a second descriptor of
///   a wanted socket,
/// - a descriptor moves to another thread's table of the same size.
///
/// ``SocketHolder/isVerified`` shows which holders were read in this search, ``verify(_:of:process:)`` reads one again,
/// and ``SearchOptions/anew`` believes nothing. Before Linux 6.2 every search reads everything.
///
/// One thread at a time can use a finder. It keeps one descriptor (of proc) open, and 12 bytes for each descriptor of
/// the processes.
public struct OwnerFinder: ~Copyable, Sendable {
  let proc: ProcTree
  /// What earlier searches read. A search borrows it for its length.
  var memory: SearchMemory

  /// Creates a finder.
  ///
  /// - Parameters:
  ///   - procRoot: Where proc is mounted.
  ///   - cgroupRoot: Where the hierarchy of cgroups version 2 is mounted; looked up in proc if absent. Only searches
  ///     for first holders and ``cgroup(_:)`` read it.
  /// - Throws: ``SocketOwnersError`` with the code ``SocketOwnersError/Code/missingProc`` if there is no such
  ///   directory, and ``SocketOwnersError/Code/unreadableProc`` if it cannot be opened.
  public init(procRoot: String = "/proc", cgroupRoot: String? = nil) throws(SocketOwnersError) {
    try self.init(KernelDirectories(), procRoot: procRoot, cgroupRoot: cgroupRoot)
  }

  /// Creates a finder that reads by other operations than the kernel's.
  package init(
    _ files: any DirectoryOperations, procRoot: String, cgroupRoot: String? = nil
  ) throws(SocketOwnersError) {
    proc = try ProcTree(files, at: procRoot)
    memory = SearchMemory(cgroupRoot: cgroupRoot)
  }

  deinit {
    proc.files.close(proc.directory)
  }

  /// Finds the holders of sockets.
  ///
  /// This allocates a table of 16 to 32 bytes for each wanted socket, and 32 bytes for each holder.
  ///
  /// - Parameters:
  ///   - wanted: The sockets. A socket that is named twice counts once.
  ///   - options: How thorough the search is, and how many threads it uses.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed at all, or this process reaches its own limits.
  ///   Processes that end during the search or may not be read are no error: see ``OwnerReport/obstacles``.
  public mutating func find(
    _ wanted: some Collection<WantedSocket>, _ options: SearchOptions = SearchOptions()
  ) throws(SocketOwnersError) -> OwnerReport {
    // The search takes an array: a generic walk over the sockets would allocate for each of them.
    var search = HolderSearch(for: Array(wanted), options, in: proc)
    // Without an inode to look for, no process is read: the records of closed connections have none.
    if search.wanted.inodes.isEmpty { return search.report() }
    swap(&memory, &search.memory)
    defer { swap(&memory, &search.memory) }
    return try search.run()
  }

  /// Finds the holders of sockets among some processes, which is quick if there are few. That a socket has no holder there
  /// says nothing about other processes.
  ///
  /// - Throws: ``SocketOwnersError`` if this process reaches its own limits.
  package mutating func find(
    _ wanted: [WantedSocket], among pids: [Int32]
  ) throws(SocketOwnersError) -> OwnerReport {
    var search = HolderSearch(for: wanted, .anew, in: proc)
    if search.wanted.inodes.isEmpty { return search.report() }
    swap(&memory, &search.memory)
    defer { swap(&memory, &search.memory) }
    return try search.run(among: pids)
  }

  /// Lists the sockets that processes hold, to find those that sock_diag does not report.
  ///
  /// This reads every descriptor of every process, at about three microseconds each.
  ///
  /// - Parameter known: Inode numbers to leave out.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed at all, or this process reaches its own limits.
  public mutating func heldSockets(besides known: some Collection<UInt32>) throws(SocketOwnersError) -> HeldSockets {
    var search = HolderSearch(for: known.map { WantedSocket(inode: $0) }, .anew, in: proc)
    swap(&memory, &search.memory)
    defer { swap(&memory, &search.memory) }
    return try search.heldSockets()
  }
}
