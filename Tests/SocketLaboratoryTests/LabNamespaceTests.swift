import SocketLaboratory
import SocketLaboratoryKit
import Testing

@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LabNamespaceTests {
  struct Failure: Error {}

  @Test func withNewReturnsTheResultOfTheClosure() async throws {
    #expect(try await LabNamespace.withNew { _ in 42 } == 42)
  }

  @Test func withNewRethrowsTheErrorOfTheClosure() async {
    await #expect(throws: Failure.self) { try await LabNamespace.withNew { _ in throw Failure() } }
  }

  @Test func blockingFormReturnsTheResultToo() throws {
    func blocking() throws -> Int { try LabNamespace.withNew { _ in 42 } }
    #expect(try blocking() == 42)
  }

  @Test func everyNamespaceIsDifferent() async throws {
    let inodes = try await withThrowingTaskGroup(of: UInt64.self) { group in
      // More closures than the cooperative pool has threads: none of them may be delayed.
      for _ in 0..<16 {
        group.addTask {
          try await LabNamespace.withNew { namespace in
            _ = try namespace.run(["sleep", "0.2"])
            return namespace.inode
          }
        }
      }
      return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
    }
    // The kernel reuses namespace numbers, so only namespaces that exist at the same time must differ.
    #expect(inodes.count > 1)
  }

  @Test func namespaceHoldsOnlyLoopback() async throws {
    let links = try await LabNamespace.withNew { try $0.run(["ip", "-o", "address"]).outputText }
    let lines = links.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains("127.0.0.1/8") || $0.contains("::1/128") })
  }

  @Test func noResetEndsATimeWait() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.wire()
      let server = LabEndpoint(Wire.localV4, 8080)
      let listener = try laboratory.tcpListener(on: server)
      let (first, second) = (LabEndpoint(Wire.peer(2, v6: false), 50000), LabEndpoint(Wire.peer(2, v6: false), 50001))
      let connection = try laboratory.wireAccepted(by: listener, at: server, from: first)
      try connection.bring(to: .timeWait)
      try connection.peer.reset()
      // Data sent after the reset has arrived, so the reset has arrived too.
      _ = try laboratory.wireAccepted(by: listener, at: server, from: second)
      try laboratory.wait(for: [.brought(to: .timeWait, local: server, remote: first)])
    }
  }

  @Test func programsRunInsideTheNamespace() async throws {
    let (inode, seen) = try await LabNamespace.withNew { namespace in
      (namespace.inode, try namespace.run(["readlink", "/proc/self/ns/net"]).outputText)
    }
    #expect(seen == "net:[\(inode)]\n")
  }

  @Test func otherThreadsFindTheNamespaceByItsPath() async throws {
    let (inode, seen) = try await LabNamespace.withNew { namespace in
      let path = namespace.path.split(separator: "/").dropFirst(2).joined(separator: "/")
      // The program is another process: it reads the namespace of this one, its parent.
      return (namespace.inode, try namespace.run(["sh", "-c", "readlink /proc/$PPID/\(path)"]).outputText)
    }
    #expect(seen == "net:[\(inode)]\n")
  }

  @Test func largeOutputOnBothStreamsIsRead() async throws {
    let script = "head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2; exit 3"
    let result = try await LabNamespace.withNew { try $0.run(["sh", "-c", script]) }
    #expect(result.output.count == 3_000_000)
    #expect(result.errors.count == 2_000_000)
    #expect(result.status == 3)
  }

  @Test func inputIsPassedToPrograms() async throws {
    let input = [UInt8](repeating: 65, count: 2_000_000)
    #expect(try await LabNamespace.withNew { try $0.run(["cat"], input: input).output } == input)
  }

  @Test func programsCanAskOnATerminal() async throws {
    let script = "tty -s && printf 'who? ' >&2; read -r name; echo \"hello $name\""
    let result = try await LabNamespace.withNew { try $0.run(["sh", "-c", script], typing: "Ada\nBob\n") }
    #expect(result.errorText == "who? ")
    #expect(result.outputText == "hello Ada\n")
    #expect(result.status == 0)
  }

  @Test func programsThatHangAreEnded() async {
    await #expect(throws: LaboratoryError.self) {
      try await LabNamespace.withNew { try $0.run(["sleep", "1000"], timeout: .milliseconds(50)) }
    }
  }

  @Test func sysctlsStayInsideTheNamespace() async throws {
    let values = try await LabNamespace.withNew { namespace in
      try namespace.set("net.ipv4.tcp_fin_timeout", to: 7)
      let inside = try namespace.run(["cat", "/proc/sys/net/ipv4/tcp_fin_timeout"]).outputText
      let other = try LabNamespace.withNew { try $0.run(["cat", "/proc/sys/net/ipv4/tcp_fin_timeout"]).outputText }
      return (inside, other)
    }
    #expect(values.0 == "7\n")
    #expect(values.1 != "7\n")
  }

  @Test func socketsAreClosedWithTheNamespace() async throws {
    let links = try await Laboratory.withNew { laboratory in
      _ = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 8080))
      let words = try laboratory.namespace.ss().flatMap { $0.details.split(separator: " ") }
      return words.filter { $0.hasPrefix("ino:") }.map { "socket:[\($0.dropFirst(4))]" }
    }
    let open = try await LabNamespace.withNew { try $0.run(["sh", "-c", "ls -l /proc/$PPID/fd"]).outputText }
    #expect(links.count == 3)
    #expect(links.allSatisfy { !open.contains($0) })
  }
}
