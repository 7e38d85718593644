/// One search for the processes that hold sockets. It lasts as long as one call of ``OwnerFinder/find(_:_:)``.
///
/// ``run()`` shows the stages in order. Each stage has a file of its own:
///
/// 1. `Candidates`: which processes to examine.
/// 2. `Planning`: what to read of each process. The number of its descriptors often shows that nothing changed.
/// 3. `Tables`: reads descriptor tables and keeps them for later searches.
/// 4. `Matching`: looks up all known sockets among the wanted ones. It reads again what contradicts itself.
/// 5. `Missing`: looks more closely for wanted sockets that no process holds so far.
/// 6. `Obstacles`: finds out what may have hidden a holder.
/// 7. `Report`: puts the result together.
struct HolderSearch: ~Copyable {
  let proc: ProcTree
  let sockets: [WantedSocket]
  let wanted: InodeTable
  let options: SearchOptions

  /// What earlier searches read. The finder lends it to the search.
  var memory = SearchMemory()
  /// Whether the search believes the memory where nothing shows a change.
  var trustsMemory: Bool

  /// All processes; `nil` until a stage lists them.
  var allProcesses: [Int32]?
  var examined: Set<Int32> = []
  /// Whether every readable descriptor of the examined processes was read in this search.
  var isAnew = true
  var found: FoundHolders
  /// Processes that hold a wanted socket by the table of a thread that is not kept in the memory.
  var holdersByThread: Set<Int32> = []
  var obstacles = SearchObstacles()
  var work = SearchWork()

  init(for sockets: [WantedSocket], _ options: SearchOptions, in proc: ProcTree) {
    self.proc = proc
    self.sockets = sockets
    self.options = options
    wanted = InodeTable(sockets.map { $0.inode })
    trustsMemory = options.trustsEarlierSearches
    found = FoundHolders(wanted)
  }

  /// Runs the stages for some processes alone.
  mutating func run(among pids: [Int32]) throws(SocketOwnersError) -> OwnerReport {
    try examine(pids)
    return report()
  }

  /// Runs all stages.
  mutating func run() throws(SocketOwnersError) -> OwnerReport {
    if options.thoroughness == .firstHolder {
      try examine(processesInCgroupsOfSockets())
      if found.isComplete { return report() }
      try examine(processesOfUsersOfMissingSockets())
      if found.isComplete { return report() }
    }
    try examine(listProcesses())
    memory.forget(allBut: examined)
    if !found.isComplete { try lookAgain() }
    return report()
  }

  /// Runs the stages from planning to matching for processes that were not examined yet.
  mutating func examine(_ pids: [Int32]) throws(SocketOwnersError) {
    try read(plan(pids))
    try match()
  }

  /// The wanted inodes without a holder so far.
  var missing: Set<UInt32> {
    Set(wanted.inodes.indices.lazy.filter { [found] in found.counts[$0] == 0 }.map { [wanted] in wanted.inodes[$0] })
  }
}
