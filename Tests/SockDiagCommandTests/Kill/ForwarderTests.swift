import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Ports that are held for a container, and the command that `why` and `kill` suggest.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ForwarderTests {
  /// The program that holds the port, and the command that both suggest.
  static let cases: [(name: String, advice: String)] = [
    ("docker-proxy", "docker stop $(docker ps -q --filter publish=8080)"),
    (
      "rootlessport",
      "podman stop $(podman ps --format \"{{.ID}} {{.Ports}}\" | grep -E \":8080(-[0-9]+)?->.*/tcp\" | cut -c-12)"
    ),
    ("kube-proxy", "kubectl get services -A | grep -E \"[:,]8080/\""),
    ("forkproxy", "lxc config device remove CONTAINER DEVICE"),
  ]

  @Test(arguments: cases.map(\.name)) func whyAndKillSuggestTheSameCommand(_ name: String) async throws {
    let (tool, unfoldedWhy) = (try Tool.path, try Tool.unfoldedWhy)
    let advice = try #require(Self.cases.first { $0.name == name }).advice
    let (why, kill, isHeld) = try await Laboratory.withNew { laboratory in
      let server = try LabServer(name, holding: [laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))])
      return try withExtendedLifetime(server) {
        let why = try laboratory.namespace.run(unfoldedWhy + ["8080"]).outputText
        let kill = try laboratory.namespace.run([tool, "kill", "8080", "--yes"])
        return (why, kill, try laboratory.namespace.run([tool, "why", "8080"]).status == 1)
      }
    }
    #expect(why.contains("\n      \(advice)\n"), "\(why)")
    #expect(!why.contains("sockdiag kill"), "\(why)")
    #expect(kill.errorText.contains("run '\(advice)'"), "\(kill.errorText)")
    #expect(isHeld && kill.status == Status.system.rawValue)
  }

  /// A container engine with one container on the port, with the output of the real one.
  private static let engine = """
    #!/bin/sh
    echo "$0 $*" >>"$(dirname "$0")/calls"
    case "$*" in
    "ps -q --filter publish=8080") echo 0123456789ab ;;
    "ps --format {{.ID}} {{.Ports}}")
      echo "aaaaaaaaaaaa 0.0.0.0:18080->80/tcp"
      echo "bbbbbbbbbbbb 0.0.0.0:8080->80/udp"
      echo "0123456789ab 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"
      ;;
    esac
    """

  @Test(arguments: [PortForwarder.Engine.docker, .podman, .nerdctl])
  func suggestedCommandStopsTheContainerWithThePort(_ engine: PortForwarder.Engine) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = "\(folder)/\(engine.rawValue)"
    try Data(Self.engine.utf8).write(to: URL(filePath: program))
    let command = Supervisor(PortForwarder(engine), port: 8080).stopCommand
    let result = try Tool.shell("chmod +x '\(program)'; PATH='\(folder)':$PATH; \(command)")
    let calls = try String(decoding: Data(contentsOf: URL(filePath: "\(folder)/calls")), as: UTF8.self)
    #expect(result.status == 0 && calls.hasSuffix("\n\(program) stop 0123456789ab\n"), "\(calls)\(result.errors)")
  }

  @Test func containersOfAnotherUserAreStoppedAsThatUser() {
    let podman = Supervisor(Container(runtime: .podman, id: "web", managerUID: 4242)).stopCommand
    #expect(podman == "sudo -iu 4242 podman stop web" || podman.hasPrefix("sudo -iu "))
    #expect(
      Supervisor(Container(runtime: .docker, id: "web", managerUID: 4242)).stopCommand
        == "docker -H unix:///run/user/4242/docker.sock stop web")
    let own = CommandUser.effective
    #expect(Supervisor(Container(runtime: .podman, id: "web", managerUID: own)).stopCommand == "podman stop web")
    #expect(
      Supervisor(PortForwarder(.lxd, device: .init(container: "c1", name: "web")), port: 80).stopCommand
        == "lxc config device remove c1 web")
    #expect(
      Supervisor(PortForwarder(.docker), port: 53, isUDP: true).stopCommand
        == "docker stop $(docker ps -q --filter publish=53/udp)")
  }
}
