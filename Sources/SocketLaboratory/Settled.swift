/// Looks again for a while as long as there are complaints, and returns the last ones.
///
/// For what the kernel or another process does in its own time, and for sockets that are closed by who does not know
/// ``ProcessStarts``.
public func settled(_ complaints: () throws -> [String]) throws -> [String] {
  let deadline = Deadline()
  while true {
    let found = try complaints()
    if found.isEmpty || deadline.hasPassed { return found }
    pause()
  }
}
