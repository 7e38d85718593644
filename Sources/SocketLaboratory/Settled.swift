/// Looks again for a while as long as there are complaints, and returns the last ones.
///
/// Tests run side by side in one process, and a child that one of them is starting holds a copy of every descriptor from
/// fork to exec: sockets that were closed may linger for that long, in any namespace. Who was held up past the deadline
/// looks three times all the same.
public func settled(_ complaints: () throws -> [String]) throws -> [String] {
  let deadline = Deadline()
  var looks = 0
  while true {
    let found = try complaints()
    looks += 1
    if found.isEmpty || deadline.hasPassed && looks >= 3 { return found }
    pause()
  }
}
