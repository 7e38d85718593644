internal import SocketOwners

extension Diagnostician {
  /// The origins of the processes that hold the sockets.
  func origins(of sockets: [DiagnosedSocket]) -> [Int32: ProcessOrigin] {
    var origins: [Int32: ProcessOrigin] = [:]
    for process in sockets.lazy.flatMap(\.processes) where origins[process.process.pid] == nil {
      origins[process.process.pid] = owners?.origin(of: process)
    }
    return origins
  }
}
