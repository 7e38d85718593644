extension TableReader {
  /// How long numbers are guessed: until so many descriptors were found, or too many numbers led to none.
  struct Guesses {
    var limit: Int
    var found = 0
    var missed = 0

    /// A number without descriptor costs a third of a link. A quarter of them is still cheaper than a listing.
    var goesOn: Bool { found < limit && missed <= 64 + found / 4 }
  }

  /// Reads one number after the other, but for known ones.
  mutating func guess(
    _ guesses: inout Guesses, _ links: inout [DescriptorLink], in range: Range<UInt32>, _ directory: Int32,
    besides known: [DescriptorLink]
  ) throws(Fault) {
    var position = 0
    for number in range {
      guard guesses.goesOn else { return }
      while position < known.count, known[position].number < number { position &+= 1 }
      if position < known.count, known[position].number == number { continue }
      if let link = try read(number, directory) {
        links.append(link)
        guesses.found &+= 1
      } else {
        guesses.missed &+= 1
      }
    }
  }

  /// Lists the table, drops what is gone and reads what is not known.
  mutating func list(_ table: inout DescriptorTable, _ directory: Int32) throws(Fault) {
    let listed = try numbers(directory)
    var links: [DescriptorLink] = []
    links.reserveCapacity(listed.count)
    var position = 0
    for number in listed {
      while position < table.links.count, table.links[position].number < number { position &+= 1 }
      if position < table.links.count, table.links[position].number == number {
        links.append(table.links[position])
      } else if let link = try read(number, directory) {
        links.append(link)
      }
    }
    table.links = links
  }

  /// Brings a table up to date without reading all of it again.
  ///
  /// What can have changed: a socket that is no longer wanted was closed, and its number may lead to a new one; there
  /// are more descriptors than those that are left, and new ones have the lowest numbers; or there are fewer.
  mutating func readChanges(
    _ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask
  ) throws(Fault) {
    var stale: [UInt32] = []
    for index in table.links.indices {
      table.links[index].isFresh = false
      let link = table.links[index]
      if link.kind == .ring { stale.append(link.number) }
      guard link.kind == .socket else { continue }
      // One that nobody wanted before was not followed since.
      if (wanted.index(of: link.inode) != nil) != link.wasWanted { stale.append(link.number) }
    }
    if !stale.isEmpty {
      try open(directory, task)
      try read(stale, &table, directory.descriptor)
    }
    try reconcile(&table, directory, task)
  }

  /// Looks for what makes the number of known descriptors another one than the kernel counts.
  mutating func reconcile(_ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask) throws(Fault) {
    guard let count = table.count else { return }
    if table.links.count < count {
      try open(directory, task)
      var guesses = Guesses(limit: count - table.links.count)
      var found: [DescriptorLink] = []
      try guess(&guesses, &found, in: 0..<UInt32.max, directory.descriptor, besides: table.links)
      table.merge(found)
    } else if table.links.count > count {
      // Something else was closed. Where that is little, it is found sooner than by a listing.
      let others = table.links.filter { !$0.wasWanted && !$0.isFresh }.map(\.number)
      try open(directory, task)
      if others.count <= 64 + table.links.count / 8 { try read(others, &table, directory.descriptor) }
    }
    if table.links.count != count {
      try open(directory, task)
      try list(&table, directory.descriptor)
    }
  }

  /// Reads the fixed files of the table's rings.
  mutating func readRings(_ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask) throws(Fault) {
    table.fixed = []
    table.silentRings = 0
    // Parts are put together first.
    if case .part = task.reading { return }
    for ring in table.links where ring.kind == .ring {
      try open(directory, task)
      guard let sockets = try fixedSockets(ring.number, directory.descriptor) else {
        table.silentRings += 1
        continue
      }
      table.fixed += sockets.map { FixedLink(ring: ring.number, slot: $0.slot, inode: $0.inode) }
    }
  }
}
