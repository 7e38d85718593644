import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag capabilities` on the running kernel, and its text for other kernels.
struct CapabilitiesCommandTests {
  private static func text(_ capabilities: Capabilities) -> String {
    var prose = Prose(.plain)
    CapabilityText.append(capabilities, to: &prose)
    return String(decoding: prose.bytes, as: UTF8.self)
  }

  private static func handler(_ name: String) throws -> SocketHandler {
    try #require(SocketHandler.all.first { $0.name == name })
  }

  @Test func outputFitsItsSchemaAndNamesEveryKind() throws {
    let result = try Tool.run(["capabilities", "--json"])
    #expect(result.status == 0 && result.errors.isEmpty)
    let object = try JSONValue(parsing: result.output)
    let schema = try JSONSchema(named: "capabilities")
    #expect(schema.violations(of: object) == [])
    #expect(object["handlers"]?.elements.map { $0["sockets"] } == SocketHandler.all.map { .string($0.name) })
    let text = try Tool.run(["capabilities"]).text
    for handler in SocketHandler.all { #expect(text.contains("\n\(handler.name) ")) }
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 80 })
  }

  /// Whatever a list shows, its handler is present.
  @Test func listsAgreeWithTheAnswers() throws {
    let object = try JSONValue(parsing: try Tool.run(["capabilities", "--json"]).output)
    for element in object["handlers"]?.elements ?? [] {
      guard case .string(let name)? = element["sockets"], let kind = ["unix": "-x", "netlink": "--netlink"][name] else {
        continue
      }
      let list = try Tool.run(["list", kind])
      #expect((element["answer"] == .string("present")) == list.errors.isEmpty, "\(name): \(list.errors)")
    }
  }

  @Test func missingHandlersAreShownWithWhatHelps() throws {
    let capabilities = Capabilities(
      release: "6.1.0", canLoadModules: true,
      handlers: [
        HandlerCapability(try Self.handler("tcp"), .present, .loaded),
        HandlerCapability(try Self.handler("raw"), .missing, .absent),
        HandlerCapability(try Self.handler("packet"), .notAsked, .loadable),
        HandlerCapability(try Self.handler("tipc"), .missing, .unknown),
      ], features: [.oneWalk: true, .boundInactive: false], tcpInfoByteCount: 232)
    #expect(
      Self.text(capabilities) == """
        Linux 6.1.0

        Sockets   sock_diag  Instead, and what would help
        tcp       yes        module tcp_diag
        raw       no         /proc/net/raw; a kernel with CONFIG_INET_RAW_DIAG
        packet    not asked  /proc/net/packet; the first request loads af_packet_diag
        tipc      no         nothing; modprobe tipc_diag (diag on older kernels) on the
                             host, or a kernel with CONFIG_TIPC_DIAG

        Feature
        one-walk          yes  one request reads TCP sockets of IPv4 and IPv6
        bound-inactive    no   TCP sockets that are only bound are listed; needs Linux
                               6.8
        tcp-info          232  bytes of figures for each TCP socket; this version knows
                               280, so newer members are absent here

        """)
  }

  @Test(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"),
    arguments: WithoutNetlinkTests.errnos)
  func refusalIsReportedWithTheTables(errno: Int32) async throws {
    try await Laboratory.withNew { laboratory in
      let result = try laboratory.namespace.run(
        [try Tool.program("restrained"), "no-family", "16", "\(errno)", "--"] + Tool.unfolded + ["capabilities"])
      #expect(result.status == Status.partial.rawValue)
      #expect(result.outputText.contains("\nunix      no         /proc/net/unix\n"))
      #expect(result.outputText.contains("\nvsock     no         nothing\n"))
      #expect(
        result.errorText.hasPrefix(
          "sockdiag: open a sock_diag socket: "
            + (errno == EPROTONOSUPPORT ? "the kernel has no sock_diag" : "netlink sockets are forbidden here")))
    }
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func probeWorksWithoutAnAddressAndLeavesNothing() async throws {
    let result = try Tool.run(["/usr/bin/unshare", "-n"] + [Tool.path, "capabilities", "--json"], "/dev/null", nil)
    let object = try JSONValue(parsing: result.output)
    let features = object["features"]?.elements ?? []
    #expect(features.contains { $0["feature"] == .string("bound-inactive") })
    #expect(features.contains { $0["feature"] == .string("events") })
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.namespace.run([try Tool.path, "capabilities"])
      let list = try laboratory.namespace.run([try Tool.path, "list", "-H", "-ta"])
      #expect(list.outputText.isEmpty)
    }
  }
}
