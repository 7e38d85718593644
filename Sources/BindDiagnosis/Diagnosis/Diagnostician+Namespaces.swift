internal import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// Looks for listeners on the port in other network namespaces. Many people take them for the cause, but they never
  /// conflict.
  mutating func lookElsewhere(_ diagnosis: inout Diagnosis) {
    guard let (processes, isComplete) = try? owners?.networkNamespaces() else {
      diagnosis.blindSpots.insert(.otherNamespaces)
      return
    }
    if !isComplete { diagnosis.blindSpots.insert(.otherNamespaces) }
    let request = diagnosis.request
    let query = SocketQuery(
      request.protocol, states: request.protocol == .tcp ? .listen : .close, matching: .localPort == request.local.port)
    let own = NetworkNamespaceID.ofCallingThread
    for (namespace, pid) in processes.sorted(by: { $0.value < $1.value }) where namespace != own {
      do throws(SockDiagError) {
        var inspector = try SocketInspector(inNamespaceAt: "/proc/\(pid)/ns/net")
        let dump = try inspector.dump(query)
        for socket in dump.sockets {
          diagnosis.elsewhere.append(
            ListenerElsewhere(socket: socket, namespace: namespace, process: holder(of: socket)))
        }
      } catch {
        diagnosis.blindSpots.insert(.otherNamespaces)
      }
    }
  }

  private mutating func holder(of socket: InetSocket) -> ProcessDetails? {
    let wanted = [WantedSocket(inode: socket.inode, cgroupID: socket.cgroupID, uid: socket.uid)]
    guard let report = try? owners?.find(wanted, SearchOptions(.firstHolder)), let process = report.processes.first
    else { return nil }
    return owners?.details(of: process)
  }
}
