import Glibc
import SockDiag
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit

/// Every socket with a port in the calling thread's namespace, as the kernel reports it.
func socketsWithPort() throws -> [InetSocket] {
  var inspector = try SocketInspector()
  var sockets = try inspector.dump(SocketQuery(.tcp, states: .all)).sockets
  sockets += try inspector.dump(SocketQuery(.tcp, states: .boundInactive)).sockets
  sockets += try inspector.dump(SocketQuery(.udp)).sockets
  return sockets.filter { $0.local.port != 0 }
}

/// The number of an interface in the calling thread's namespace.
func interfaceIndex(_ name: String) -> UInt32 {
  // SAFETY: the call reads the NUL-terminated name and keeps nothing.
  unsafe if_nametoindex(name)
}

extension LabAddress {
  /// The address as the library's type.
  var address: IPAddress { isV6 ? IPAddress(v6: high, low) : IPAddress(v4: UInt32(low)) }
}

extension LabSocket {
  /// Gives a socket to another user, as if that user had made it (`sockfs_setattr`, net/socket.c).
  func give(to uid: UInt32) throws {
    guard fchown(descriptor, uid, gid_t.max) == 0 else { throw Refusal(errno: errno) }
  }
}

struct Refusal: Error { var errno: Int32 }
