import SocketLaboratory
import SocketLaboratoryKit

// Situations beside those of the demo.
extension TerminalScene {
  static let all: [TerminalScene] =
    BindSituation.all.map { TerminalScene($0) } + privileges + servers + actions + tables + texts

  private static let port = LabEndpoint(.loopbackV4, 8080)

  static let privileges = [
    TerminalScene(
      "listener",
      [
        Command("why 8080", by: Tool.asNobody, limit: 10, firstLine: ["8080/tcp", "in use"]),
        Command("kill 8080 --yes", by: Tool.asNobody),
        Command("list -tlp", by: Tool.asNobody),
      ]),
    TerminalScene(
      "privileged-port", [Command("why 80", by: Tool.asNobody, limit: 10, firstLine: ["80/tcp", "cannot be bound"])]),
    TerminalScene(
      "outgoing-connection", [Command("why 40000 -v", by: Tool.asNobody), Command("list -tap", by: Tool.asNobody)]),
  ]

  static let servers = [
    TerminalScene("prefork server with workers") { laboratory in
      let socket = try laboratory.tcpListener(on: port, options: [.reuseAddress])
      let servers = try (0..<9).map { try LabServer("nginx", holding: [socket], leavingOpen: $0 < 8) }
      return (
        servers,
        [
          Command("why 8080", limit: 10, firstLine: ["8080/tcp", "nginx"]), Command("why 8080 -v"),
          Command("list -tl"), Command("list -tlp"), Command("kill 8080 --dry-run"),
        ]
      )
    },
    TerminalScene("service of a unit with a long name") { laboratory in
      let cgroup = try laboratory.cgroup(named: "long-service-name", suffix: ".service")
      let server = try LabServer("long-name-server", holding: [try laboratory.tcpListener(on: port)])
      try cgroup.add(server.pid)
      return (
        [cgroup, server],
        [
          Command("why 8080", limit: 10, firstLine: ["8080/tcp", "long-name-serve"]), Command("list -tlp"),
          Command("kill 8080 --dry-run"), Command("kill 8080 --yes"),
        ]
      )
    },
    TerminalScene("server with a long command line") { laboratory in
      let socket = try laboratory.tcpListener(on: port)
      let words = (1...12).map { "--option-number-\($0)=/srv/some/folder/of/the/application/\($0)" }
      let subject = try Subject(Subject.Script.plain, holding: [socket], words)
      return (
        [subject],
        [
          Command("why 8080", limit: 10, firstLine: ["8080/tcp", "sh (pid "]), Command("why 8080 -v"),
          Command("list -tlp"), Command("list -tl"),
        ]
      )
    },
    TerminalScene("UDP sockets of several programs") { laboratory in
      let servers = try (1...4).map { index in
        let socket = try laboratory.udpSocket(bound: port, options: [.reuseAddress])
        return try LabServer("resolver-\(index)", holding: [socket])
      }
      return (
        servers,
        [
          Command("why 8080 --udp", limit: 10, firstLine: ["8080/udp", "resolver-1"]),
          Command("kill 8080 --udp --dry-run"),
        ]
      )
    },
    TerminalScene("IPv6 addresses") { laboratory in
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.loopbackV6, 8080), from: LabEndpoint(.loopbackV6, 50000))
      return ([pair], [Command("why [::1]:8080", limit: 10, firstLine: ["8080/tcp"]), Command("list -ta")])
    },
  ]

  static let actions = [
    TerminalScene("listener", [Command("kill 8080", typing: (after: "[y/N]", key: "n"))]),
    TerminalScene("listener", [Command("kill 8080", typing: (after: "[y/N]", key: "y"))]),
    TerminalScene("kill of several ports") { laboratory in
      let servers = try [UInt16(8080), 8081, 8085].map { port in
        try LabServer("server-\(port)", holding: [try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, port))])
      }
      return (
        servers,
        [
          Command("kill 8080 8081 8085 --dry-run"), Command("kill 8080-8085", typing: (after: "[y/N]", key: "n")),
        ]
      )
    },
    TerminalScene("time-wait", [Command("wait 8080 --free --timeout 1s")]),
    TerminalScene("listener", [Command("wait 8080 --free --timeout 1s"), Command("wait 8080 --listening")]),
    TerminalScene("free", [Command("wait 8080 --listening --timeout 1s"), Command("free"), Command("free 3000-3100")]),
    TerminalScene(
      "close-wait",
      [
        Command("kill 8080 --dry-run"), Command("kill 8080 --connections --dry-run"),
        Command("destroy state close-wait --dry-run"),
      ]),
  ]

  static let tables = [
    TerminalScene("free", [Command("list -tl"), Command("list -ta"), Command("list sport = :9999")]),
    TerminalScene("listener that the default leaves out") { laboratory in
      ([try LabServer("server", holding: [try laboratory.tcpListener(on: port)])], [Command("list sport = :8080")])
    },
    TerminalScene("tables with details") { laboratory in
      let pair = try laboratory.connectedPair(to: port, from: LabEndpoint(.loopbackV4, 50000))
      let servers = [
        try LabServer("database-server", holding: [pair.listener, pair.server]),
        try LabServer("database-client", holding: [pair.client]),
      ]
      return (
        servers, [Command("list -ta"), Command("list -tap"), Command("list -tl"), Command("list -f netlink")]
      )
    },
    TerminalScene("check of a quiet host") { _ in ([], [Command("check --interval 0.2")]) },
    TerminalScene("check of a host with a problem") { laboratory in
      let socket = try laboratory.tcpListener(on: port, backlog: 1)
      let clients = try (0..<2).map { _ in try laboratory.tcpClient(to: port) }
      return ([try LabServer("slow-server", holding: [socket]), clients], [Command("check --interval 0.2")])
    },
    TerminalScene("no-port-left", [Command("check --interval 0.2")]),
  ]

  static let texts = [
    TerminalScene(
      "free",
      [
        Command("demo"), Command("listen"), Command("why 70000"), Command("list sport = 8080 or"),
        Command("why 8080 --as golang"), Command("list -tlZ"),
      ])
  ]
}
