/// A piece of work for a walker: what to read of one descriptor table.
struct TableTask: Sendable {
  let pid: Int32
  let thread: Int32
  let identity: FileIdentity
  /// Whether to read when the process started as well.
  let needsStart: Bool
  let reading: Reading

  enum Reading: Sendable {
    /// All descriptors.
    case whole(count: Int?)
    /// The numbers of a range. A large table is divided between two walkers.
    case part(Range<UInt32>)
    /// What the parts of a table lack.
    case rest([DescriptorLink], count: Int)
    /// The descriptors that may have changed since an earlier search.
    case changes(DescriptorTable)
    /// All descriptors that the last search did not want. If the process has a new socket but as many descriptors as
    /// before, the socket has one of these numbers.
    case unwanted(DescriptorTable)
    /// The given numbers.
    case numbers(DescriptorTable, [UInt32])
  }

  /// About how many links the task reads. This decides whether a second walker is worth its start.
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

/// The result of a task.
struct TableResult: Sendable {
  let pid: Int32
  let thread: Int32
  /// The whole table, or only the numbers of the range after a task that read a part.
  var table: DescriptorTable
  /// The first number of the part; `nil` if the task read the whole table.
  var part: UInt32?
  var startTicks: UInt64?
  /// The errno that ended the task; 0 if none did.
  var fault: Int32 = 0
}
