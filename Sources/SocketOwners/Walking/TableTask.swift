/// A piece of work for a walker: something to read of one descriptor table.
struct TableTask: Sendable {
  let pid: Int32
  let thread: Int32
  let identity: FileIdentity
  /// Whether the start of the process has to be read as well.
  let needsStart: Bool
  let reading: Reading

  enum Reading: Sendable {
    /// Everything.
    case whole(count: Int?)
    /// Only the numbers of a range: a large table is divided between walkers.
    case part(Range<UInt32>)
    /// What a listing shows beyond what was read in parts.
    case rest([DescriptorLink])
    /// What may have changed since an earlier search.
    case changes(DescriptorTable)
    /// All that was not wanted by the last search: what has a new socket without any other sign has it there.
    case unwanted(DescriptorTable)
    /// These numbers.
    case numbers(DescriptorTable, [UInt32])
  }

  /// About how many links it takes, to know whether a second walker is worth its start.
  var expectedLinks: Int {
    switch reading {
    case .whole(let count): count ?? 64
    case .part(let range): range.count
    case .rest, .changes: 64
    case .unwanted(let table): table.links.count
    case .numbers(_, let numbers): numbers.count
    }
  }
}

/// What came of a task.
struct TableResult: Sendable {
  let pid: Int32
  let thread: Int32
  /// The table after a reading that takes all of it into account; after a part, only what is in it.
  var table: DescriptorTable
  /// The first number of a part; `nil` if this is no part.
  var part: UInt32?
  var startTicks: UInt64?
  /// The errno that ended it, 0 for none.
  var fault: Int32 = 0
}
