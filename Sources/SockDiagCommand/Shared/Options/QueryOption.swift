/// The kinds of sockets of `-A`, in the words of `ss`: `tcp,udp`.
struct QueryOption: Hashable {
  var tcp = false
  var udp = false
  var netlink = false

  init(parsing text: String) throws(CommandFailure) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // ss leaves out what follows an exclamation mark.
      let takes = part.first != "!"
      switch takes ? part : part.dropFirst() {
      case "tcp": tcp = takes
      case "udp": udp = takes
      case "inet": (tcp, udp) = (takes, takes)
      case "netlink": netlink = takes
      case "all": (tcp, udp, netlink) = (takes, takes, takes)
      case "unix", "unix_stream", "u_str", "unix_dgram", "u_dgr", "unix_seqpacket", "u_seq", "raw", "packet",
        "packet_raw", "p_raw", "packet_dgram", "p_dgr", "dccp", "sctp", "vsock", "vsock_stream", "vsock_dgram", "tipc",
        "xdp", "mptcp":
        // What is left out anyway may be excluded.
        if takes { throw .usage("-A: this tool does not read \(part) sockets; 'ss -A \(part)' shows them") }
      default:
        throw .usage(
          "-A: '\(part)' is not a kind of sockets; kinds are tcp, udp, inet, netlink and all: 'sockdiag list -A tcp,udp'"
        )
      }
    }
    guard tcp || udp || netlink else {
      throw .usage("-A: '\(text)' leaves no kind of sockets; name one: 'sockdiag list -A tcp,udp'")
    }
  }
}
