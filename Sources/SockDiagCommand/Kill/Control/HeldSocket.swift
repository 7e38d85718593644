internal import SockDiag
internal import SocketOwners

/// A socket with the processes that hold it.
struct HeldSocket {
  var socket: InetSocket
  var holders: HolderList
}

extension [HeldSocket] {
  /// Finds the processes that hold sockets.
  init(_ sockets: [InetSocket], by owners: inout OwnerFinder) throws(CommandFailure) {
    self = []
    if sockets.isEmpty { return }
    let book = try HolderBook(sockets, by: &owners)
    self = sockets.map { HeldSocket(socket: $0, holders: book.list(of: $0)) }
  }

  /// The processes, as far as they were still there. A process that holds several sockets is named for each.
  var processes: [ProcessDetails] { flatMap { $0.holders.byProcess.compactMap { $0.first?.process } } }
}
