import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// A sandbox that forbids netlink sockets, or a kernel without sock_diag: every subcommand answers from `/proc/net` and says
/// so, or says why it cannot answer.
///
/// One after the other: these commands copy sockets of all processes for a moment, and would show up as each other's holders.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"), .serialized)
struct WithoutNetlinkTests {
  /// AF_NETLINK is 16.
  private static func command(_ errno: Int32, _ arguments: [String]) throws -> [String] {
    try [Tool.program("restrained"), "no-family", "16", "\(errno)", "--"] + Tool.unfolded + arguments
  }

  /// EAFNOSUPPORT: systemd's RestrictAddressFamilies. EPROTONOSUPPORT: gVisor, and a kernel without it. EACCES: SELinux.
  /// EPERM: the usual seccomp filter.
  static let errnos = [EAFNOSUPPORT, EPROTONOSUPPORT, EACCES, EPERM]

  private static func remark(_ errno: Int32) -> String {
    let isMissing = errno == EPROTONOSUPPORT
    return
      "sockdiag: \(isMissing ? "the kernel has no sock_diag" : "netlink is forbidden here"), so /proc/net was read; it"
      + " lacks TCP sockets that are only bound, interfaces and IPV6_V6ONLY; "
      + (isMissing
        ? "use a kernel built with CONFIG_INET_DIAG"
        : "allow AF_NETLINK in the sandbox (systemd: RestrictAddressFamilies)")
      + "\n"
  }

  @Test(arguments: errnos) func everySubcommandUsesProcNetAndReportsItOnce(_ errno: Int32) async throws {
    let remark = Self.remark(errno)
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let udp = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 5353))
      func run(_ arguments: String...) throws -> CommandResult {
        let command = try Self.command(errno, arguments)
        var result = try laboratory.namespace.run(command)
        // A command of another test holds a copy at this moment.
        for _ in 0..<20 where ["sockdiag(", "sockdiag (pid"].contains(where: result.outputText.contains) {
          result = try laboratory.namespace.run(command)
        }
        return result
      }
      for list in [try run("-tp"), try run("list", "-tlp")] {
        #expect(list.status == 0 && list.errorText == remark)
        #expect(list.outputText.contains("127.0.0.1:8080  sh(\(subject.pid),fd=9)"))
      }
      let all = try run("-tuap")
      #expect(all.errorText == remark && all.outputText.contains("127.0.0.1:5353"))

      let why = try run("why", "-v", "8080")
      #expect(why.status == 1 && why.errorText == "")
      #expect(why.outputText.contains("  listener  127.0.0.1:8080  sh (pid \(subject.pid), fd 9), user root\n"))
      #expect(why.outputText.contains("so /proc/net was read; it lacks TCP sockets that are only bound"))
      #expect(!why.outputText.contains("Linux 6.8"))
      let json = try JSONValue(parsing: try run("why", "8080", "--json").output)
      let diagnosis = try #require(json["diagnoses"]?.elements.first)
      #expect(diagnosis["source"] == .string("proc-net"))
      #expect(diagnosis["blind_spots"]?.elements.contains(.string("bound-sockets")) == true)
      let datagram = try run("why", "-u", "127.0.0.1:5353")
      #expect(datagram.status == 1)

      let reached = try run("wait", "8080", "--listening", "--timeout", "0")
      #expect(reached.status == 0 && reached.errorText == remark)
      let busy = try run("wait", "8080", "--free", "--timeout", "0")
      #expect(busy.status == 1 && busy.errorText.hasPrefix(remark) && busy.errorText.contains("sh (pid \(subject.pid)"))
      let both = try run("wait", "9090", "-t", "-u", "--free", "--timeout", "0")
      #expect(both.status == 1 && both.errorText.hasPrefix(remark))
      let answer = both.errorText.dropFirst(remark.count)
      #expect(answer.hasPrefix("sockdiag: TCP and UDP port 9090 is perhaps in use: that depends"))
      #expect(both.errorText.contains("which only sock_diag of Linux 6.8 and later reports"))

      let plan = try run("kill", "8080", "--dry-run")
      #expect(plan.status == 0 && plan.errorText == remark && plan.outputText.contains("sh (pid \(subject.pid), root)"))
      let check = try run("check", "--interval", "0.1")
      #expect(check.errorText == remark)
      _ = try run("kill", "8080", "--yes")
      #expect(subject.endingSignal == SIGTERM)
      udp.close()
    }
  }

  @Test(arguments: errnos) func subcommandsThatNeedSockDiagReportWhyTheyFail(_ errno: Int32) async throws {
    let isMissing = errno == EPROTONOSUPPORT
    let sentence =
      isMissing
      ? "sockdiag: open a sock_diag socket: the kernel has no sock_diag; use a kernel built with CONFIG_INET_DIAG, or read"
        + " /proc/net instead\n"
      : "sockdiag: open a sock_diag socket: netlink sockets are forbidden here; allow AF_NETLINK in the sandbox (systemd:"
        + " RestrictAddressFamilies)\n"
    try await Laboratory.withNew { laboratory in
      for arguments in [
        ["destroy", "sport = :8080", "--yes"], ["record", "/dev/null/x"], ["bench"], ["list", "--explain"], ["events"],
      ] {
        let result = try laboratory.namespace.run(try Self.command(errno, arguments))
        #expect(result.errorText == sentence, "\(arguments)")
        #expect(result.status == Status.system.rawValue, "\(arguments)")
      }
    }
  }

  /// Lists of other families come from their tables, and one without a table is named.
  @Test(arguments: errnos) func otherFamiliesAreListedFromTheirTables(_ errno: Int32) async throws {
    let isMissing = errno == EPROTONOSUPPORT
    let reason = isMissing ? "the kernel has no sock_diag" : "netlink is forbidden here"
    try await Laboratory.withNew { laboratory in
      func run(_ arguments: String...) throws -> CommandResult {
        try laboratory.namespace.run(try Self.command(errno, arguments))
      }
      let netlink = try run("list", "-H", "-f", "netlink")
      #expect(netlink.status == 0 && netlink.outputText.contains("rtnl:kernel"))
      #expect(netlink.errorText.hasPrefix("sockdiag: \(reason), so /proc/net/netlink was read; it lacks destinations,"))
      let packet = try run("list", "-0", "-H")
      #expect(packet.status == 0 && packet.outputText.isEmpty)
      #expect(packet.errorText.hasPrefix("sockdiag: \(reason), so /proc/net/packet was read; it lacks rings,"))
      let unix = try run("list", "-x", "-H")
      #expect(unix.status == 0, "\(unix.errorText)")
      #expect(unix.errorText.hasPrefix("sockdiag: \(reason), so /proc/net/unix was read; it lacks peers,"))
      let vsock = try run("list", "--vsock")
      #expect(vsock.status == Status.system.rawValue)
      #expect(vsock.errorText.contains(", and /proc/net does not list vsock sockets; "), "\(vsock.errorText)")
      let raw = try run("list", "-w", "-H")
      #expect(raw.status == 0 && raw.errorText.hasPrefix("sockdiag: \(reason), so /proc/net/raw was read; it lacks"))
      let several = try run("list", "--vsock", "--xdp", "--netlink", "-H")
      #expect(several.status == Status.partial.rawValue && several.outputText.contains("rtnl:kernel"))
      let refused = isMissing ? reason : "netlink sockets are forbidden here"
      #expect(
        several.errorText.contains("sockdiag: vsock, xdp: not in /proc/net either, and \(refused); "),
        "\(several.errorText)")
    }
  }

  /// A filter that refuses bind(2) means ports. A netlink socket gets its address without it.
  @Test(arguments: ["EACCES", "EPERM", "ENOSYS"]) func refusedBindDoesNotAffectSockDiag(_ errno: String) async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let result = try laboratory.namespace.run(
        [try Tool.program("restrained"), "seccomp-bind", errno, "--", try Tool.path, "list", "-tl"])
      #expect(result.status == 0 && result.errorText == "" && result.outputText.contains("127.0.0.1:8080"))
      socket.close()
    }
  }

  /// Neither /proc/net nor a kernel before 6.8 lists it, but its process has a descriptor.
  @Test func holderOfABoundSocketIsFound() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080))
      let result = try laboratory.namespace.run(try Self.command(EAFNOSUPPORT, ["kill", "8080", "--dry-run"]))
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.outputText.hasPrefix("Would end "), "\(result.outputText)")
      socket.close()
    }
  }

  /// Not every socket is bound to the interface that is asked for, and /proc/net does not tell which ones are.
  @Test func requestedInterfaceLeavesTheAnswerOpen() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.anyV4, 8080))
      let result = try laboratory.namespace.run(
        try Self.command(EPERM, ["why", "0.0.0.0:8080", "--device", "lo", "--json"]))
      let diagnosis = try #require(try JSONValue(parsing: result.output)["diagnoses"]?.elements.first)
      #expect(diagnosis["bind"] == .string("depends"))
      #expect(diagnosis["depends_on"]?.elements.contains(.string("interface")) == true)
      #expect(result.status == 2)
      socket.close()
    }
  }
}
