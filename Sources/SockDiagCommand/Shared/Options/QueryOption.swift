/// The kinds of sockets of `-A`, in the words of `ss`: `tcp,udp`.
struct QueryOption: Hashable {
  private(set) var kinds: Set<SocketKind> = []
  /// Whether a word names many kinds, of which the kernel need not have all.
  private(set) var namesGroup = false

  init(parsing text: String) throws(CommandFailure) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // ss leaves out what follows an exclamation mark.
      let takes = part.first != "!"
      let word = String(takes ? part : part.dropFirst())
      guard let named = Self.names[word] else {
        throw .usage(
          "-A: '\(part)' is not a kind of sockets; kinds are \(Self.list): 'sockdiag list -A tcp,udp'")
      }
      if takes { kinds.formUnion(named) } else { kinds.subtract(named) }
      if takes, Self.groups.contains(word) { namesGroup = true }
    }
    guard !kinds.isEmpty else {
      throw .usage("-A: '\(text)' leaves no kind of sockets; name one: 'sockdiag list -A tcp,udp'")
    }
  }

  private static let groups: Set = ["all", "inet"]

  /// The kinds of each word.
  private static let names: [String: [SocketKind]] = [
    "all": SocketKind.allCases, "inet": [.tcp, .udp, .raw, .sctp, .dccp], "tcp": [.tcp], "udp": [.udp],
    "mptcp": [.mptcp],
    "udplite": [.udpLite], "raw": [.raw], "sctp": [.sctp], "dccp": [.dccp], "unix": SocketKind.unix,
    "unix_stream": [.unixStream], "u_str": [.unixStream], "unix_dgram": [.unixDatagram], "u_dgr": [.unixDatagram],
    "unix_seqpacket": [.unixSequential], "u_seq": [.unixSequential], "netlink": [.netlink],
    "packet": [.rawPacket, .packetDatagram], "packet_raw": [.rawPacket],
    "p_raw": [.rawPacket], "packet_dgram": [.packetDatagram], "p_dgr": [.packetDatagram], "vsock": SocketKind.vsock,
    "vsock_stream": [.vsockStream], "v_str": [.vsockStream], "vsock_dgram": [.vsockDatagram],
    "v_dgr": [.vsockDatagram], "vsock_seqpacket": [.vsockSequential], "v_seq": [.vsockSequential], "xdp": [.xdp],
    "tipc": SocketKind.tipc, "smc": [.smc],
  ]

  /// The words to propose. Others name a part of a family.
  private static let list =
    "tcp, udp, mptcp, udplite, raw, sctp, dccp, unix, netlink, packet, vsock, xdp, tipc, smc, inet and all"
}
