internal import SocketOwners

extension Diagnostician {
  /// The origins of the processes that hold the sockets.
  func origins(of sockets: [DiagnosedSocket], _ readings: inout PortReadings) -> [Int32: ProcessOrigin] {
    var origins: [Int32: ProcessOrigin] = [:]
    for process in sockets.lazy.flatMap(\.processes) where origins[process.process.pid] == nil {
      let pid = process.process.pid
      guard let origin = readings.origins[pid] ?? owners?.origin(of: process) else { continue }
      readings.origins[pid] = origin
      origins[pid] = origin
    }
    return origins
  }
}
