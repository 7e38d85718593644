import ArgumentParser
import BindDiagnosis
import FoundationEssentials
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `--as`: the sockets that servers of a kind make, from strace or their sources, compared with the installed servers.
struct PresetTests {
  private static func requests(_ words: String...) throws -> [String] {
    let why = try Why.parse(words)
    return try why.who.requests(PortArgument(parsing: words[0])).map { request in
      ([request.local.description] + request.options.kernelNames).joined(separator: " ")
    }
  }

  @Test func eachPresetBindsAsItsServersDo() throws {
    let (v4, v6) = ("0.0.0.0:8080", "[::]:8080")
    let expected: [(Preset, tcp: [String], udp: [String])] = [
      (.c, [v4, v6], [v4, v6]), (.python, [v4], [v4]),
      (.asyncio, ["\(v4) SO_REUSEADDR", "\(v6) SO_REUSEADDR IPV6_V6ONLY"], [v4, v6]),
      (.go, ["\(v6) SO_REUSEADDR"], [v6]), (.node, ["\(v6) SO_REUSEADDR"], [v4, v6]),
      (.rust, ["\(v4) SO_REUSEADDR", "\(v6) SO_REUSEADDR"], [v4, v6]), (.java, ["\(v6) SO_REUSEADDR"], [v6]),
      (.nginx, ["\(v4) SO_REUSEADDR"], ["\(v4) SO_REUSEADDR"]),
      (.systemd, ["\(v6) SO_REUSEADDR"], ["\(v6) SO_REUSEADDR"]),
    ]
    #expect(expected.map(\.0) == Preset.allCases)
    for (preset, tcp, udp) in expected {
      #expect(try Self.requests("8080", "--as", preset.rawValue) == tcp, "\(preset)")
      #expect(try Self.requests("8080", "--as", preset.rawValue, "--udp") == udp, "\(preset)")
    }
  }

  @Test func presetBindsAGivenAddressAsItsServersDo() throws {
    let v6Only = "SO_REUSEADDR IPV6_V6ONLY"
    #expect(try Self.requests("[::1]:8080", "--as", "nginx") == ["[::1]:8080 \(v6Only)"])
    #expect(try Self.requests("[::1]:8080", "--as", "nginx", "--udp") == ["[::1]:8080 \(v6Only)"])
    #expect(try Self.requests("[::1]:8080", "--as", "asyncio") == ["[::1]:8080 \(v6Only)"])
    for kind in ["go", "java"] {
      #expect(try Self.requests("0.0.0.0:8080", "--as", kind) == ["[::]:8080 SO_REUSEADDR"])
      #expect(try Self.requests("*:8080", "--as", kind) == ["[::]:8080 SO_REUSEADDR"])
      #expect(try Self.requests("127.0.0.1:8080", "--as", kind) == ["127.0.0.1:8080 SO_REUSEADDR"])
    }
    #expect(try Self.requests("0.0.0.0:8080", "--as", "node") == ["0.0.0.0:8080 SO_REUSEADDR"])
    #expect(throws: CommandFailure.self) { try Self.requests("0.0.0.0:8080", "--as", "go", "--v6only") }
  }

  @Test(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
  func hostDefaultOfV6OnlyAppliesToPresetsThatKeepIt() async throws {
    let (left, leftWithUDP) = try await NetworkNamespace.withNew { namespace in
      try namespace.set("net.ipv6.bindv6only", to: 1)
      func kinds(_ words: String...) throws -> [Preset] {
        try Preset.allCases.filter { kind in
          let why = try Why.parse(["[::1]:8080", "--as", kind.rawValue] + words)
          return try why.who.requests(PortArgument(parsing: "[::1]:8080")).allSatisfy { $0.options.contains(.v6Only) }
        }
      }
      return (try kinds(), try kinds("--udp"))
    }
    // Two set the option themselves, to 1.
    #expect(left == [.c, .python, .asyncio, .rust, .nginx, .systemd])
    #expect(leftWithUDP == [.c, .python, .asyncio, .node, .rust, .nginx, .systemd])
    #expect(try Self.requests("127.0.0.1:8080") == ["127.0.0.1:8080"])
  }

  @Test(
    .enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"), arguments: Server.all)
  func realServersAgreeOnAHostWithV6OnlyDefault(_ server: Server) async throws {
    let (status, result) = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv6.bindv6only", to: 1)
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(listener) {
        let why = try Why.parse(["[::]:8080", "--as", server.kind])
        return (WhyStatus(try why.diagnoses([])), try laboratory.namespace.run(server.commandForIPv6))
      }
    }
    #expect(status != .depends && (result.status == 0) == (status == .free), "\(result.errorText)")
  }

  /// A server that listens on port 8080 and ends, with status 0 if it succeeded.
  struct Server: Sendable, CustomTestStringConvertible {
    var kind: String
    var command: [String]
    /// The same on all IPv6 addresses.
    var commandForIPv6: [String]
    var testDescription: String { kind }

    static let all = [
      Server(
        kind: "asyncio",
        command: [
          "/usr/bin/python3", "-c",
          """
          import asyncio
          async def serve():
            await asyncio.get_running_loop().create_server(asyncio.Protocol, None, 8080)
          asyncio.run(serve())
          """,
        ],
        commandForIPv6: [
          "/usr/bin/python3", "-c",
          """
          import asyncio
          async def serve():
            await asyncio.get_running_loop().create_server(asyncio.Protocol, '::', 8080)
          asyncio.run(serve())
          """,
        ]),
      Server(
        kind: "python",
        command: [
          "/usr/bin/python3", "-c", "import socketserver; socketserver.TCPServer(('', 8080), None)",
        ],
        commandForIPv6: [
          "/usr/bin/python3", "-c",
          """
          import socket, socketserver
          socketserver.TCPServer.address_family = socket.AF_INET6
          socketserver.TCPServer(('::', 8080), None)
          """,
        ]),
      Server(
        kind: "node",
        command: ["/usr/bin/node", "-e", "const s = require('net').createServer(); s.listen(8080, () => s.close())"],
        commandForIPv6: [
          "/usr/bin/node", "-e", "const s = require('net').createServer(); s.listen(8080, '::', () => s.close())",
        ]),
    ].filter { FileManager.default.isExecutableFile(atPath: $0.command[0]) }
  }

  @Test(
    .enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"), arguments: Server.all)
  func realServersAgreeWithTheirPreset(_ server: Server) async throws {
    let holders: [(LabAddress, v6Only: Bool)] = [
      (.anyV4, false), (.loopbackV4, false), (.anyV6, true), (.anyV6, false), (.loopbackV6, false),
    ]
    for (address, v6Only) in holders {
      let (status, result) = try await Laboratory.withNew { laboratory in
        let options: [SocketOption] = address.isV6 ? [.v6Only(v6Only)] : []
        let listener = try laboratory.tcpListener(on: LabEndpoint(address, 8080), options: options)
        return try withExtendedLifetime(listener) {
          let why = try Why.parse(["8080", "--as", server.kind])
          return (WhyStatus(try why.diagnoses([])), try laboratory.namespace.run(server.command))
        }
      }
      #expect(status != .depends && (result.status == 0) == (status == .free), "\(address) \(result.errorText)")
    }
  }
}
