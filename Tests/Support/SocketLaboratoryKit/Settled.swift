internal import SocketLaboratory

/// Repeats a check until it finds no complaints or the deadline passes, and returns the last complaints.
///
/// It waits for work that the kernel or another process does in its own time, and for sockets that are closed without
/// ``ProcessStarts``. It checks at least three times, even if the thread was delayed past the deadline.
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
