/// Looks again for a while as long as there are complaints, and returns the last ones.
///
/// Tests run side by side in one process, and a child that one of them is starting holds a copy of every descriptor from
/// fork to exec: sockets that were closed may linger for that long, in any namespace.
public func settled(_ complaints: () throws -> [String]) throws -> [String] {
  let deadline = Deadline()
  while true {
    let found = try complaints()
    if found.isEmpty || deadline.hasPassed { return found }
    pause()
  }
}
