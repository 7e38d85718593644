extension TableReader {
  /// Decides how long to guess numbers: until the limit is reached, or too many numbers have no descriptor.
  struct Guesses {
    var limit: Int
    var found = 0
    var missed = 0

    /// A number without a descriptor costs a third of a link. Guessing is cheaper than a listing as long as no more
    /// than about a quarter of the numbers have none.
    var goesOn: Bool { found < limit && missed <= 64 + found / 4 }
  }

  /// Reads the numbers of a range in ascending order, except the known ones.
  mutating func guess(
    _ guesses: inout Guesses, _ links: inout [DescriptorLink], in range: Range<UInt32>, _ directory: Int32,
    besides known: [DescriptorLink]
  ) throws(ReadingFault) {
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

  /// Lists the table, removes closed descriptors and reads unknown ones.
  mutating func list(_ table: inout DescriptorTable, _ directory: Int32) throws(ReadingFault) {
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
  /// Three kinds of change are possible. A socket that is no longer wanted was probably closed, so its number may lead
  /// to a new one. There may be more descriptors than before, and the new ones have the lowest free numbers. Or there
  /// are fewer.
  mutating func readChanges(
    _ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask
  ) throws(ReadingFault) {
    var stale: [UInt32] = []
    for index in table.links.indices {
      table.links[index].isFresh = false
      let link = table.links[index]
      if link.kind == .ring { stale.append(link.number) }
      guard link.kind == .socket else { continue }
      // Searches do not follow unwanted sockets, so a socket that is wanted for the first time may have moved.
      if (wanted.index(of: link.inode) != nil) != link.wasWanted { stale.append(link.number) }
    }
    if !stale.isEmpty {
      try open(directory, task)
      try read(stale, &table, directory.descriptor)
    }
    try reconcile(&table, directory, task)
  }

  /// Finds out why the number of known descriptors differs from the kernel's count.
  mutating func reconcile(_ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask) throws(ReadingFault)
  {
    guard let count = table.count else { return }
    if table.links.count < count {
      try open(directory, task)
      var guesses = Guesses(limit: count - table.links.count)
      var found: [DescriptorLink] = []
      try guess(&guesses, &found, in: 0..<UInt32.max, directory.descriptor, besides: table.links)
      table.merge(found)
    } else if table.links.count > count {
      // A descriptor that leads to no wanted socket was closed. If there are few of them, reading them all is faster
      // than a listing.
      let others = table.links.filter { !$0.wasWanted && !$0.isFresh }.map(\.number)
      try open(directory, task)
      if others.count <= 64 + table.links.count / 8 { try read(others, &table, directory.descriptor) }
    }
    if table.links.count != count {
      try open(directory, task)
      try list(&table, directory.descriptor)
    }
  }

  /// Reads the fixed files of the io_urings in the table.
  mutating func readRings(_ table: inout DescriptorTable, _ directory: Opening, _ task: TableTask) throws(ReadingFault)
  {
    table.fixed = []
    table.silentRings = 0
    // A later task reads them, once the parts are joined.
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
