import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Hosts without IPv6, and IPv6 addresses that need an interface.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyFamilyTests {
  private func run(
    withoutIPv6: Bool = false, _ words: [String], _ prepare: @escaping @Sendable (Laboratory) throws -> Void = { _ in }
  ) async throws -> CommandResult {
    let tool = try Tool.unfolded
    let restraint =
      withoutIPv6 ? [try Tool.program("restrained"), "no-family", "10", "97", "--"] : []
    return try await Laboratory.withNew { laboratory in
      try prepare(laboratory)
      return try laboratory.namespace.run(restraint + tool + words)
    }
  }

  @Test(arguments: [["why", "-v", "[::]:8080"], ["why", "-v", "[::1]:8080"], ["why", "-v", "[::]:8080", "--probe"]])
  func ipv6AddressIsAnErrorWithoutIPv6(_ words: [String]) async throws {
    let result = try await run(withoutIPv6: true, words)
    #expect(result.status == 3)
    let lines = result.outputText.split(separator: "\n").map(String.init)
    #expect(
      lines.dropFirst(1).first { $0.hasPrefix("TCP") }?.hasSuffix(
        "bind() fails with EAFNOSUPPORT (Address family not supported by protocol): this host has no IPv6: the kernel was"
          + " started without it, or a sandbox forbids it.") == true, "\(result.outputText)")
    let address = words[2].contains("::1") ? "127.0.0.1" : "0.0.0.0"
    #expect(lines.contains("  Listen on \(address) instead. To see whether it is free:"))
    #expect(lines.contains("      sockdiag why \(address):8080"))
  }

  @Test func waitForAnIPv6AddressEndsWithoutIPv6() async throws {
    let result = try await run(withoutIPv6: true, ["wait", "[::]:8080", "--free", "--timeout", "20s"])
    #expect(result.status == 3 && result.errorText.contains("EAFNOSUPPORT"), "\(result.errorText)")
  }

  @Test(arguments: [[], ["--as", "node"], ["--as", "go"], ["--as", "systemd"], ["--as", "asyncio"]])
  func serversBindIPv4AloneWithoutIPv6(_ preset: [String]) async throws {
    for port in ["8080", "*:8080"] {
      let free = try await run(withoutIPv6: true, ["why", "-v", port] + preset)
      #expect(free.status == 0 && free.outputText.contains("\nTCP 0.0.0.0:8080: free."), "\(free.outputText)")
      #expect(free.outputText.contains("  No IPv6 address: this host has no IPv6, and then servers bind only IPv4.\n"))
      // Tests that run beside this one may listen on the port in namespaces of their own.
      let here = free.outputText.replacing(#/\nSame port in other network namespaces .*\n(  .*\n)+/#, with: "")
      #expect(!here.contains("[::]"), "\(here)")
    }
    let busy = try await run(withoutIPv6: true, ["why", "-v", "8080"] + preset) {
      _ = try $0.tcpListener(on: LabEndpoint(.anyV4, 8080))
    }
    #expect(busy.status == 1)
    let waited = try await run(withoutIPv6: true, ["wait", "8080", "--free", "--timeout", "0"] + preset)
    #expect(waited.status == 0, "\(waited.errorText)")
  }

  @Test func missingIPv6IsNotMentionedIfIPv6Exists() async throws {
    let result = try await run(["why", "-v", "8080"])
    #expect(
      result.outputText.contains("\nTCP 0.0.0.0:8080 and [::]:8080: free.") && !result.outputText.contains("no IPv6"))
  }

  @Test func udpLinkLocalGroupNeedsAnInterface() async throws {
    let bare = try await run(["why", "-v", "-u", "[ff02::fb]:5353"])
    #expect(bare.status == 3)
    #expect(
      bare.outputText.contains(
        "\nUDP [ff02::fb]:5353: bind() fails with EINVAL (Invalid argument): ff02::fb is a multicast group of one link, and"
          + " no interface is named.\n"))
    #expect(bare.outputText.contains("      sockdiag why '[ff02::fb%INTERFACE]:5353' --udp\n"))
    // The remedies.
    for words in [["[ff02::fb%lo]:5353"], ["[ff02::fb]:5353", "--device", "lo"]] {
      let result = try await run(["why", "-v", "-u"] + words + ["--probe"])
      #expect(result.status == 0 && result.outputText.contains("free. A real bind() succeeded."))
    }
  }

  @Test(arguments: ["[ff02::fb]:5353", "[ff02::fb%lo]:5353", "[ff0e::1]:5353"])
  func tcpHasNoMulticast(_ place: String) async throws {
    let result = try await run(["why", "-v", place])
    #expect(result.status == 3)
    #expect(result.outputText.contains(" is a multicast address, and TCP has no multicast.\n"), "\(result.outputText)")
    #expect(!result.outputText.contains("Helps"))
  }

  @Test func deviceIsTheScopeOfALinkLocalAddress() async throws {
    let wire = Wire.deviceName
    let occupy: @Sendable (Laboratory) throws -> Void = {
      _ = try $0.wire()
      _ = try $0.tcpListener(on: LabEndpoint(Wire.localLinkLocal, 8080, interface: wire))
    }
    let free = try await run(["why", "-v", "[fe80::1]:80", "--device", wire, "--probe"], occupy)
    #expect(free.status == 0, "\(free.outputText)\(free.errorText)")
    for words in [["[fe80::1]:8080", "--device", wire], ["[fe80::1%\(wire)]:8080"]] {
      let busy = try await run(["why", "-v"] + words, occupy)
      #expect(busy.status == 1, "\(busy.outputText)\(busy.errorText)")
    }
    let bare = try await run(["why", "-v", "[fe80::1]:8080"], occupy)
    #expect(bare.status == 3)
    #expect(bare.outputText.contains("a link-local address belongs to one interface, and none is named"))
    #expect(bare.outputText.contains("  Name the interface, which is \(wire):\n"), "\(bare.outputText)")
    #expect(bare.outputText.contains("      sockdiag why '[fe80::1%\(wire)]:8080'\n"))
  }

  @Test func linkLocalAddressNeedsItsInterfaceInWaitAndKill() async throws {
    for words in [["kill", "[fe80::1]:80", "--yes"], ["wait", "[fe80::1]:80", "--listening"]] {
      let result = try await run(words)
      #expect(
        result.status == Status.usage.rawValue && result.errorText.contains("write it as [fe80::1%eth0]:80"), "\(words)"
      )
    }
  }

  @Test func missingInterfaceIsReportedToTheProgram() async throws {
    let script = "import socket; socket.socket(10, 2).bind(('ff02::fb', 5353))"
    let result = try await run(["why", "-v", "--run", "python3", "-c", script])
    #expect(result.errorText.contains("ff02::fb is a multicast group of one link, and no interface is named"))
  }
}
