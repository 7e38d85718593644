internal import SockDiag

extension HostFacts {
  /// A client that repeatedly tries to reach a server of this host, on a port of the range that the kernel chooses
  /// from, may be given that very port. Then its SYN meets itself, and it is connected to itself. While the connection
  /// lasts, the server cannot have its port.
  func selfConnections(_ limits: FindingLimits) -> [Finding] {
    let found = sockets.filter(\.isConnectedToItself).sorted { $0.local < $1.local }
    if found.isEmpty { return [] }
    let reservation = reservation(limits)
    return found.map { socket in
      let process = process(of: socket)
      // Outside the range a program has bound both ends to one port, and there is nothing to reserve.
      let isChosen = settings.choosablePorts?.contains(socket.local.port) == true
      return Finding(
        .selfConnection, .failing, figure: 1, limit: nil, unit: "connections",
        subject: Finding.Subject(local: socket.local, remote: socket.remote, process: process),
        text:
          "a connection\(process.map { " of \($0.label)" } ?? "") at \(socket.local) is connected to itself, so no server"
          + " can have the port",
        advice: "close it, or end its process" + (isChosen ? "; reserve the port" : ""),
        remedy: isChosen ? reservation : nil)
    }
  }
}

extension InetSocket {
  /// Whether both ends are the same.
  var isConnectedToItself: Bool { state == .established && remote.port != 0 && local == remote }
}
