import FoundationEssentials
import SockDiag

extension InetSocket {
  /// A socket on 127.0.0.1:8080, decoded from the JSON of a list.
  ///
  /// - Parameters:
  ///   - protocol: `tcp` or `udp`.
  ///   - inode: 0 for a socket without a process.
  ///   - timer: The kind of its timer.
  ///   - milliseconds: The remaining time of the timer.
  static func specimen(
    _ protocol: String, _ state: SocketState, inode: UInt32, timer: SocketTimer.Kind? = nil,
    milliseconds: UInt32 = 9000
  ) throws -> InetSocket {
    let timer = timer.map { #","timer":{"kind":"\#($0)","expires_ms":\#(milliseconds),"retransmits":0}"# } ?? ""
    let text = """
      {"protocol":"\(`protocol`)","family":"inet","state":"\(state)","inode":\(inode),"receive_queue":0,"send_queue":0,
       "uid":0,"local":{"address":"127.0.0.1","port":8080},"remote":{"address":"127.0.0.1","port":9090}\(timer)}
      """
    return try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
  }
}
