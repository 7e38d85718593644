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

  @Test(arguments: PresetFixture.all) func presetBindsAsStraceShows(_ fixture: PresetFixture) throws {
    let why = try Why.parse(fixture.arguments)
    let requests = try why.who.requests(PortArgument(parsing: fixture.arguments[0]))
    let predicted = requests.map { request in
      PresetFixture.Call(
        local: request.local.description, options: request.options,
        setsV6Only: request.local.address.family == .inet6
          && (fixture.preset.setsV6Only(request.protocol) || fixture.arguments.contains("--v6only")))
    }
    #expect(predicted.sorted() == fixture.calls.sorted())
  }

  @Test(arguments: Preset.allCases) func presetIsMeasured(_ preset: Preset) throws {
    guard !PresetFixture.unmeasured.contains(preset) else { return }
    let fixtures = try PresetFixture.parse(preset)
    #expect(!fixtures.isEmpty && fixtures.allSatisfy { !$0.calls.isEmpty })
    // Without an address the preset has to choose some. These kinds always need one.
    let isChosen = fixtures.contains { UInt16($0.arguments[0]) != nil }
    #expect(isChosen || [.rust, .tokio, .php].contains(preset))
  }

  @Test func presetWithoutAnAddressOfItsOwnBindsBothFamilies() throws {
    let (v4, v6) = ("0.0.0.0:8080", "[::]:8080")
    for preset in [Preset.c, .rust, .tokio, .php] {
      let option = preset == .c ? "" : " SO_REUSEADDR"
      #expect(try Self.requests("8080", "--as", preset.rawValue) == [v4 + option, v6 + option])
    }
    #expect(try Self.requests("8080", "--as", "c", "--udp") == [v4, v6])
    #expect(try Self.requests("8080") == [v4, v6])
  }

  @Test func aliasesMeanTheSamePreset() throws {
    for (name, kind) in [("flask", "python"), ("Django", "python"), ("golang", "go"), ("kestrel", "dotnet")] {
      #expect(try Self.requests("8080", "--as", name) == (try Self.requests("8080", "--as", kind)))
    }
  }

  @Test(arguments: [
    ("nod", "did you mean 'node'"), ("pyhton", "did you mean 'python'"), ("djang", "did you mean 'django'"),
    ("ngnix", "did you mean 'nginx'"), ("zzz", "use one of c, rust, tokio, go, python"), ("", "use one of c, rust"),
  ]) func unknownPresetGetsTheNearestName(_ name: String, _ suggestion: String) throws {
    let result = try Tool.run(["why", "8080", "--as", name])
    #expect(result.status == Status.usage.rawValue)
    #expect(
      result.errors.hasPrefix("sockdiag: --as: '\(name)' is not a known kind of server; \(suggestion)"),
      "\(result.errors)")
  }

  @Test func presetOfATCPServerRefusesUDP() throws {
    let result = try Tool.run(["why", "8080", "--udp", "--as", "postgres"])
    #expect(result.status == Status.usage.rawValue)
    #expect(result.errors == "sockdiag: --as postgres is about TCP; leave --udp or --as out\n")
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

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func hostDefaultOfV6OnlyAppliesToPresetsThatKeepIt() async throws {
    let (left, leftWithUDP) = try await LabNamespace.withNew { namespace in
      try namespace.set("net.ipv6.bindv6only", to: 1)
      func kinds(_ words: String...) throws -> [Preset] {
        try Preset.allCases.filter { $0.supports(words.isEmpty ? .tcp : .udp) }.filter { kind in
          let why = try Why.parse(["[::1]:8080", "--as", kind.rawValue] + words)
          return try why.who.requests(PortArgument(parsing: "[::1]:8080")).allSatisfy { $0.options.contains(.v6Only) }
        }
      }
      return (try kinds(), try kinds("--udp"))
    }
    // Some set the option themselves, to 1.
    let setting: [Preset] = [.asyncio, .uvicorn, .dotnet, .nginx, .postgres, .redis, .docker]
    let keeping: [Preset] = [.c, .rust, .tokio, .pythonSocket, .gunicorn, .deno, .php, .puma, .rails, .systemd]
    #expect(Set(left) == Set(setting + keeping))
    let withUDP: [Preset] = [.dotnet, .nginx, .docker]
    let keepingUDP: [Preset] = [
      .c, .rust, .tokio, .python, .pythonSocket, .asyncio, .node, .deno, .bun, .php, .systemd,
    ]
    #expect(Set(leftWithUDP) == Set(withUDP + keepingUDP))
    #expect(try Self.requests("127.0.0.1:8080") == ["127.0.0.1:8080"])
  }

  @Test(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"), arguments: Server.all)
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
          "/usr/bin/python3", "-c", "import http.server as h; h.ThreadingHTTPServer(('', 8080), None)",
        ],
        commandForIPv6: [
          "/usr/bin/python3", "-c",
          """
          import http.server, socket
          class DualStackServer(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6
            def server_bind(self):
              self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
              return super().server_bind()
          DualStackServer(('::', 8080), None)
          """,
        ]),
      Server(
        kind: "python-socket",
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
        kind: "php",
        command: [
          "/usr/bin/php", "-r",
          """
          exit(@stream_socket_server('tcp://0.0.0.0:8080') && @stream_socket_server('tcp://[::]:8080') ? 0 : 1);
          """,
        ],
        commandForIPv6: [
          "/usr/bin/php", "-r", "exit(@stream_socket_server('tcp://[::]:8080') ? 0 : 1);",
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
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"), arguments: Server.all)
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
