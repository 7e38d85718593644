import SocketLaboratory
import SocketLaboratoryKit

/// Two listeners that share an address with SO_REUSEPORT. The first has accepted all of its clients, the second none.
struct UnevenGroup {
  let members: [LabSocket]
  let clients: [LabSocket]
  /// The server's ends of the connections that the first member has accepted.
  let accepted: [LabSocket]

  init(on place: LabEndpoint, in laboratory: Laboratory) throws {
    let members = try (0..<2).map { _ in try laboratory.tcpListener(on: place, options: [.reusePort]) }
    // Which member gets a client depends on the client's port.
    let clients = try (0..<16).map { _ in try laboratory.tcpClient(to: place) }
    // A client is connected a moment before its connection is in the queue.
    try laboratory.wait("\(clients.count) connections in the queues of a group") {
      members.map(\.waitingConnections).reduce(0, +) == clients.count
    }
    accepted = try (0..<members[0].waitingConnections).map { _ in try members[0].accept() }
    (self.members, self.clients) = (members, clients)
  }
}
