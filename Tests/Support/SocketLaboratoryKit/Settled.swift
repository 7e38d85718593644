public import SocketLaboratory

/// Looks again for a while as long as there are complaints, and returns the last ones.
///
/// For what the kernel or another process does in its own time, and for sockets that are closed by who does not know
/// ``ProcessStarts``. Who was held up past the deadline looks three times all the same.
public func settled(_ complaints: () throws -> [String]) throws -> [String] {
  let deadline = Deadline()
  var looks = 0
  while true {
    let found = try complaints()
    looks += 1
    if found.isEmpty || deadline.hasPassed && looks >= 3 { return found }
    Deadline.pause()
  }
}
