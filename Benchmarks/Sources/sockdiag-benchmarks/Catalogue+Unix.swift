import SockDiag

extension Catalogue {
  /// The keys of the workloads about UNIX sockets.
  static let unixKeys = ["unix", "unix-details"]

  /// The workloads about UNIX sockets.
  func unixWorkloads(for farm: borrowing Farm) throws -> [Workload] {
    // What `ss -x` asks for.
    let usual: UnixSocketRequest.Details = [.name, .peer, .queues]
    return [
      Workload(
        key: Self.unixKeys[0],
        title: "Every UNIX socket",
        expected: farm.total,
        rivals: [try FloorUnixDump(usual), try OurUnixDump(usual), try OurUnixStream(usual)]
          + theirs("-xan", headerLines: 1)
      ),
      Workload(
        key: Self.unixKeys[1],
        title: "Every UNIX socket with all details",
        expected: farm.total,
        rivals: [try FloorUnixDump(.all), try OurUnixDump(.all), try OurUnixStream(.all)]
          + theirs("-xanem", headerLines: 1)
      ),
    ]
  }
}
