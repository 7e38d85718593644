import BindDiagnosis
import FoundationEssentials
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The suggested statement for an option: inserted into a program of that kind, it lets the program start.
struct PresetStatementTests {
  /// The socket that keeps a program without the option from port 8080.
  struct Trial: Sendable, CustomTestStringConvertible {
    let preset: Preset
    let transport: TransportProtocol
    let option: BindOptions
    var testDescription: String { "\(preset) \(transport) \(option.kernelNames)" }

    static let all: [Trial] = {
      let every: [BindOptions] = [.reuseAddress, .reusePort, .v6Only, .freebind]
      let installed: [(Preset, String)] = [
        (.python, "/usr/bin/python3"), (.pythonSocket, "/usr/bin/python3"), (.asyncio, "/usr/bin/python3"),
        (.node, "/usr/bin/node"),
        (.java, "/usr/bin/java"), (.c, "/usr/bin/cc"),
      ]
      return installed.filter { FileManager.default.isExecutableFile(atPath: $0.1) }.flatMap { preset, _ in
        [TransportProtocol.tcp, .udp].flatMap { transport in
          every.map { Trial(preset: preset, transport: transport, option: $0) }
        }
      }
    }()

    var isUDP: Bool { transport == .udp }
    var address: String { option == .v6Only ? "::" : option == .freebind ? "198.51.100.1" : "127.0.0.1" }

    /// The bind() of the program without the option.
    var request: BindRequest {
      let address: IPAddress =
        option == .v6Only ? .anyV6 : IPAddress(v4: option == .freebind ? 0xc633_6401 : 0x7f00_0001)
      return BindRequest(transport, SocketAddress(address, port: 8080), uid: 0)
    }

    func holder(in laboratory: Laboratory) throws -> LabSocket? {
      let option: SocketOption = self.option == .reusePort ? .reusePort : .reuseAddress
      let at = LabEndpoint(.loopbackV4, 8080)
      switch self.option {
      case .freebind: return nil
      case _ where isUDP: return try laboratory.udpSocket(bound: at, options: [option])
      case .reuseAddress: return try laboratory.boundSocket(to: at, options: [option])
      default: return try laboratory.tcpListener(on: at, options: [option])
      }
    }

    /// A program with the statement, which ends with status 0 if it could bind.
    func command(_ statement: String, in folder: String) throws -> [String] {
      func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
      }
      let v6 = option == .v6Only
      let socket = "s = socket.socket(socket.AF_INET\(v6 ? "6" : ""), socket.SOCK_\(isUDP ? "DGRAM" : "STREAM"))"
      switch preset {
      case .python:
        let server = isUDP ? "socketserver.UDPServer" : "http.server.HTTPServer"
        let place = "('\(address)', 8080), None"
        let family = v6 ? "\(server).address_family = socket.AF_INET6" : ""
        // A class attribute counts for servers made later, and the other statements make the server.
        let made = statement.replacing("…", with: place)
        let rest = made == statement ? "\(server)(\(place))" : ""
        return ["/usr/bin/python3", "-c", "import http.server, socket, socketserver\n\(family)\n\(made)\n\(rest)"]
      case .pythonSocket:
        return ["/usr/bin/python3", "-c", "import socket\n\(socket)\n\(statement)\ns.bind(('\(address)', 8080))"]
      case .asyncio:
        let protocolName = isUDP ? "asyncio.DatagramProtocol" : "asyncio.Protocol"
        let place = isUDP ? "local_addr=('\(address)', 8080)" : "'\(address)', 8080"
        let bound = statement.contains("sock=s") ? protocolName : "\(protocolName), \(place)"
        let call = statement.replacing("; then bind s, and ", with: "; s.bind(('\(address)', 8080)); ")
          .replacing("(…", with: "(\(bound)").replacing("loop.create", with: "await loop.create")
        return [
          "/usr/bin/python3", "-c",
          """
          import asyncio, socket
          async def serve():
            loop = asyncio.get_running_loop()
            \(socket)
            \(call)
          asyncio.run(serve())
          """,
        ]
      case .node:
        let type = v6 ? "udp6" : "udp4"
        let script =
          isUDP
          ? "const dgram = require('dgram'), type = '\(type)'; const s = \(statement); s.bind(8080, '\(address)', () => s.close())"
          : "const port = 8080, server = require('net').createServer(); \(statement); server.on('listening', () => server.close())"
        return ["/usr/bin/node", "-e", script]
      case .java:
        let body = statement.replacing("…", with: "new InetSocketAddress(\"\(address)\", 8080)")
        return [
          "/usr/bin/java",
          try file(
            "Subject.java",
            "import java.net.*; class Subject { public static void main(String[] a) throws Exception { var \(body); } }"
          ),
        ]
      default:
        let (family, kind) = (v6 ? "AF_INET6" : "AF_INET", isUDP ? "SOCK_DGRAM" : "SOCK_STREAM")
        let source = try file(
          "subject.c",
          """
          #include <arpa/inet.h>
          #include <netinet/in.h>
          #include <sys/socket.h>
          int main(void) {
            int fd = socket(\(family), \(kind), 0);
            struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(8080)};
            struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(8080)};
            inet_pton(AF_INET, "\(v6 ? "0.0.0.0" : address)", &v4.sin_addr);
            \(statement);
            return \(v6 ? "bind(fd, (void *)&v6, sizeof v6)" : "bind(fd, (void *)&v4, sizeof v4)") != 0;
          }
          """)
        return ["/bin/sh", "-c", "cc -o \"$0.out\" \"$0\" && exec \"$0.out\"", source]
      }
    }
  }

  @Test(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"), arguments: Trial.all)
  func suggestedStatementLetsTheProgramStart(_ trial: Trial) async throws {
    guard let statement = trial.preset.statement(trial.option, trial.transport) else { return }
    // Node.js 20 accepts the option and ignores it; the statement says since when it works.
    if statement.contains("since Node.js") { return }
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let command = try trial.command(statement, in: folder)
    let (without, result) = try await Laboratory.withNew { laboratory in
      let holder = try trial.holder(in: laboratory)
      return try withExtendedLifetime(holder) {
        (try BindProbe.quietOutcome(of: trial.request), try laboratory.namespace.run(command))
      }
    }
    #expect(without == (trial.option == .freebind ? EADDRNOTAVAIL : EADDRINUSE))
    #expect(result.status == 0, "\(command) \(result.errorText)")
  }

  /// The statement for one protocol does not occur for the other.
  @Test(arguments: Preset.allCases) func suggestedStatementFitsTheProtocol(_ preset: Preset) {
    let streams = ["net.Listen(", "server.listen(", "create_server", "ServerSocket"]
    let datagrams = ["ListenPacket", "dgram.", "create_datagram_endpoint", "DatagramSocket", "udp"]
    for option in [BindOptions.reuseAddress, .reusePort, .v6Only, .freebind] {
      let (tcp, udp) = (preset.statement(option, .tcp) ?? "", preset.statement(option, .udp) ?? "")
      #expect(!datagrams.contains { tcp.contains($0) }, "\(tcp)")
      #expect(!streams.contains { udp.contains($0) }, "\(udp)")
    }
    #expect(Preset.go.statement(.v6Only, .udp) == "net.ListenPacket(\"udp6\", …)")
  }
}
