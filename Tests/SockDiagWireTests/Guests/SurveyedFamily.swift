/// A family or protocol in the table of compatibility.
struct SurveyedFamily {
  /// The heading.
  var name: String
  /// The names of its captures.
  var captures: [String]
  /// The length of a record before its attributes.
  var recordByteCount: Int
  /// The start of the names of its attributes in the kernel.
  var prefix: String
  /// The names of its attributes, by their numbers.
  var attributes: [UInt16: String]
  var isNest = false

  static let all: [SurveyedFamily] =
    [
      inet("TCP", ["tcp", "tcp-storage"]), inet("UDP", ["udp"]), inet("UDP-Lite", ["udplite"]), inet("Raw", ["raw"]),
      inet("MPTCP", ["mptcp"]), inet("SCTP", ["sctp"]), inet("DCCP", ["dccp"]),
    ] + [
      SurveyedFamily(
        name: "UNIX", captures: ["unix"], recordByteCount: 16, prefix: "UNIX_DIAG_",
        attributes: numbered(["NAME", "VFS", "PEER", "ICONS", "RQLEN", "MEMINFO", "SHUTDOWN", "UID"], from: 0)),
      SurveyedFamily(
        name: "Netlink", captures: ["netlink"], recordByteCount: 28, prefix: "NETLINK_DIAG_",
        attributes: numbered(["MEMINFO", "GROUPS", "RX_RING", "TX_RING", "FLAGS"], from: 0)),
      SurveyedFamily(
        name: "Packet", captures: ["packet"], recordByteCount: 16, prefix: "PACKET_DIAG_",
        attributes: numbered(
          ["INFO", "MCLIST", "RX_RING", "TX_RING", "FANOUT", "UID", "MEMINFO", "FILTER"], from: 0)),
      SurveyedFamily(name: "VSOCK", captures: ["vsock"], recordByteCount: 32, prefix: "", attributes: [:]),
      SurveyedFamily(
        name: "XDP", captures: ["xdp"], recordByteCount: 16, prefix: "XDP_DIAG_",
        attributes: numbered(
          [
            "INFO", "UID", "RX_RING", "TX_RING", "UMEM", "UMEM_FILL_RING", "UMEM_COMPLETION_RING", "MEMINFO", "STATS",
          ], from: 1)),
      SurveyedFamily(
        name: "TIPC", captures: ["tipc"], recordByteCount: 0, prefix: "TIPC_NLA_SOCK_",
        attributes: numbered(
          [
            "ADDR", "REF", "CON", "HAS_PUBL", "STAT", "TYPE", "INO", "UID", "TIPC_STATE", "COOKIE", "PAD", "GROUP",
          ], from: 1), isNest: true),
      SurveyedFamily(
        name: "SMC", captures: ["smc"], recordByteCount: 64, prefix: "SMC_DIAG_",
        attributes: numbered(["CONNINFO", "LGRINFO", "SHUTDOWN", "DMBINFO", "FALLBACK"], from: 1)),
    ]

  private static func inet(_ name: String, _ captures: [String]) -> SurveyedFamily {
    SurveyedFamily(
      name: name, captures: captures, recordByteCount: 72, prefix: "INET_DIAG_",
      attributes: numbered(
        [
          "MEMINFO", "INFO", "VEGASINFO", "CONG", "TOS", "TCLASS", "SKMEMINFO", "SHUTDOWN", "DCTCPINFO", "PROTOCOL",
          "SKV6ONLY", "LOCALS", "PEERS", "PAD", "MARK", "BBRINFO", "CLASS_ID", "MD5SIG", "ULP_INFO",
          "SK_BPF_STORAGES", "CGROUP_ID", "SOCKOPT",
        ], from: 1))
  }

  private static func numbered(_ names: [String], from first: UInt16) -> [UInt16: String] {
    Dictionary(uniqueKeysWithValues: zip(first..., names))
  }
}
