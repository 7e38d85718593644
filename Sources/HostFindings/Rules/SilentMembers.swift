internal import SockDiag
internal import SockDiagWire

extension HostFacts {
  /// Listeners with one address, port and interface all have SO_REUSEPORT, otherwise the second could not listen. The
  /// kernel distributes connections among them by their addresses, whether their programs accept or not. So a member
  /// that accepts nothing harms its share of the clients.
  ///
  /// A member is silent if no process holds it. It is also silent if connections have waited in its queue at both
  /// moments, no fewer at the second, while the queue of another member was empty at both: then the others do accept. A
  /// slow member looks the same, and is just as bad for its clients.
  func silentMembers() -> [Finding] {
    let before = Dictionary(listenersBefore.map { ($0.inode, $0) }, uniquingKeysWith: { first, _ in first })
    return Dictionary(grouping: listeners, by: ListenerPlace.init)
      .filter { $0.value.count > 1 }
      .sorted { $0.key < $1.key }
      .flatMap { _, members in
        let isServed = members.contains { $0.receiveQueue == 0 && before[$0.inode]?.receiveQueue == 0 }
        return members.compactMap { member -> Finding? in
          if holders[member.inode]?.isEmpty == true {
            return finding(
              member, of: members.count, "no process holds it",
              "a program passed the socket on or lost it: restart the programs on this port")
          }
          guard isServed, let earlier = before[member.inode], earlier.receiveQueue > 0,
            member.receiveQueue >= earlier.receiveQueue
          else { return nil }
          return finding(
            member, of: members.count, "nothing was accepted in \(intervalText), while other queues are empty",
            "its thread or process is stuck or busy: close that socket, or end the process")
        }
      }
  }

  private func finding(_ member: InetSocket, of count: Int, _ why: String, _ cause: String) -> Finding {
    let process = process(of: member)
    return Finding(
      .silentMember, .failing, figure: UInt64(member.receiveQueue), limit: member.acceptQueueLimit.map { UInt64($0) },
      unit: "connections", subject: Finding.Subject(local: member.local, process: process),
      text:
        "\(process.map { "\($0.label), " } ?? "")one of \(count) listeners that share \(member.local)"
        + "\(process == nil ? "" : ",") accepts nothing: \(why), and"
        + " \(member.receiveQueue.counted("connection waits", "connections wait")) (inode \(member.inode))",
      advice: "the kernel gives it one connection in \(count); \(cause)")
  }
}

/// The place where a listener listens. Listeners with the same place share connections.
private struct ListenerPlace: Hashable, Comparable {
  var local: SocketAddress
  var interface: UInt32

  init(_ socket: InetSocket) {
    local = SocketAddress(socket.local.address.unmapped, port: socket.local.port)
    interface = socket.interfaceIndex
  }

  static func < (left: ListenerPlace, right: ListenerPlace) -> Bool {
    (left.local.port, left.local.address, left.interface) < (right.local.port, right.local.address, right.interface)
  }
}
