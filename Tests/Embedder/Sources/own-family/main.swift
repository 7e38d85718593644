import Glibc
import SockDiagKit

// Two sockets that are connected to each other are found through a family of this program, and tracked like any other.
var pair: (Int32, Int32) = (-1, -1)
// SAFETY: the pair has the layout of the array of two that socketpair fills.
let result = unsafe withUnsafeMutableBytes(of: &pair) {
  unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, $0.baseAddress?.assumingMemoryBound(to: Int32.self))
}
guard result == 0 else { fatalError("socketpair") }
func inode(_ descriptor: Int32) -> UInt32 {
  var status = stat()
  // SAFETY: the call fills the structure.
  return unsafe fstat(descriptor, &status) == 0 ? UInt32(status.st_ino) : 0
}
let ends = (inode(pair.0), inode(pair.1))

var inspector = try SocketInspector()
let connected = FamilyQuery<PlainUnix>(PlainUnixRequest(), matching: .state(.established))
let sockets = try inspector.dump(connected).sockets
guard let one = sockets.first(where: { $0.inode == ends.0 }), one.peerInode == ends.1 else { fatalError("not found") }
print(one, "among", sockets.count)

var tracker = FamilyTracker(connected)
_ = try tracker.update(&inspector) { _ in }
close(pair.0)
close(pair.1)
var gone: Set<UInt32> = []
_ = try tracker.update(&inspector) { if $0.change == .ended { gone.insert($0.socket.inode) } }
guard gone.isSuperset(of: [ends.0, ends.1]) else { fatalError("their end was missed") }
print("both ended")
