import FoundationEssentials
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Captures from the output of strace.
struct StraceDumpTests {
  private static let request = """
    sendto(3, [{nlmsg_len=20, nlmsg_type=SOCK_DIAG_BY_FAMILY, …}], 20, 0, {sa_family=AF_NETLINK}, 12) = 20
     | 00000  14 00 00 00 14 00 01 03  01 00 00 00 00 00 00 00  ................ |
     | 00010  02 06 00 00                                       ....             |

    """

  private struct Packet {
    var bytes: [UInt8]
    var isRequest: Bool
  }

  private static func packets(_ text: String) throws -> [Packet] {
    let capture = StraceDump(Array(text.utf8)).capture
    var reader = try CaptureReader(capture.span)
    var packets: [Packet] = []
    while let packet = try reader.next(in: capture.span) {
      packets.append(Packet(bytes: Array(capture[packet.range]), isRequest: packet.direction == .toKernel))
    }
    return packets
  }

  @Test func eachCallIsAPacket() throws {
    let text =
      Self.request + """
        4711 recvmsg(3, {msg_iov=[{iov_base=NULL, iov_len=0}]}, MSG_PEEK|MSG_TRUNC) = 20
        4711 recvmsg(3, {msg_iov=[{iov_base=…}]}, 0) = 20
         * 20 bytes in buffer 0
         | 00000  14 00 00 00 03 00 02 00  40 e2 01 00 66 71 00 00  ........@...fq.. |
         | 00010  00 00 00 01                                       ....             |
        +++ exited with 0 +++

        """
    let packets = try Self.packets(text)
    #expect(packets.map(\.isRequest) == [true, false])
    #expect(packets.map(\.bytes.count) == [20, 20])
    #expect(packets.last?.bytes.suffix(4) == [0, 0, 0, 1])
    #expect(StraceDump.recognizes(Array(text.utf8)))
  }

  /// The text beside the digits may look like digits.
  @Test func charactersBesideTheDigitsAreIgnored() throws {
    let packets = try Self.packets(
      "recvmsg(3) = 4\n | 00000  61 62 20 63                                       ab c             |\n")
    #expect(packets.map(\.bytes) == [[0x61, 0x62, 0x20, 0x63]])
  }

  @Test func buffersOfOneCallAreOneDatagram() throws {
    let packets = try Self.packets(
      """
      sendmsg(3) = 8
       * 4 bytes in buffer 0
       | 00000  01 02 03 04                                       ....             |
       * 4 bytes in buffer 1
       | 00000  05 06 07 08                                       ....             |
      recvmsg(3) = 1
       | 00000  09                                                .                |
      """)
    #expect(packets.map(\.bytes) == [[1, 2, 3, 4, 5, 6, 7, 8], [9]])
  }

  @Test func otherCallsAndDamagedLinesAreLeftOut() throws {
    let packets = try Self.packets(
      """
      recvmsg(4, {iov_base=[{nlmsg_len=20, nlmsg_type=RTM_NEWADDR}]}) = 1
       | 00000  01                                                .                |
      openat(AT_FDCWD, "x") = 3
       | 00000  02                                                .                |
      recvmsg(3) = 3
       | 00000  03 zz 05                                          ...              |
       |
       | 00010
      """)
    #expect(packets.map(\.bytes) == [[3]])
  }

  @Test(
    .enabled(
      if: LabNamespace.isPermitted && LabNamespace.hasProgram("strace"), "needs strace and network namespaces"),
    arguments: ["ss -tan", "ss -uan", "ss -an -f netlink"])
  func outputOfStraceHasTheSocketsThatSSShows(command: String) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max)).strace"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let datagrams = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 5353))
      let trace = try laboratory.namespace.run(
        ["strace", "-o", path, "-e", "trace=network", "-e", "read=all", "-e", "write=all"]
          + command.split(separator: " ").map(String.init))
      try #require(trace.status == 0, "\(trace.errorText)")
      let result = try Tool.run(["decode", "-H", path])
      #expect(result.status == 0, "\(result.errors)")
      let wanted = ["ss -tan": "127.0.0.1:8080", "ss -uan": "127.0.0.1:5353", "ss -an -f netlink": "rtnl:kernel"]
      #expect(result.text.contains(try #require(wanted[command])), "\(result.text)")
      listener.close()
      datagrams.close()
    }
  }
}
