import SocketLaboratory
import SocketLaboratoryKit

extension Question {
  static let all: [Question] = ports + connections

  private static func loopback(_ port: UInt16) -> LabEndpoint { LabEndpoint(.loopbackV4, port) }

  // MARK: Ports

  private static let ports: [Question] = [
    Question(
      "who-has-the-port", "Who has port 8080?", "sockdiag 8080",
      answer: [
        "8080/tcp is in use by python3 (pid ", "root", "python3 -m http.server 8080", "in /srv/www",
        "started by bash (",
      ]
    ) { laboratory in
      [try WebServer(in: laboratory, startedBy: .login)]
    },
    Question(
      "container-does-not-start", "Why does my container not start? Its port is taken.", "sockdiag 8080 --as docker",
      answer: ["8080/tcp is in use on 0.0.0.0 by python3 (pid ", "started by systemd as shop.service"]
    ) { laboratory in
      [try WebServer(in: laboratory, startedBy: .service)]
    },
    Question(
      "safe-to-end", "Is it safe to end what has the port?", "sockdiag kill 8080 --dry-run",
      answer: ["python3", "shop.service"]
    ) { laboratory in
      [try WebServer(in: laboratory, startedBy: .service)]
    },
    Question(
      "when-is-it-free", "When will the port be free?", "sockdiag 7000", answer: ["7000/tcp", "60 s", "TIME_WAIT"]
    ) { laboratory in
      _ = try laboratory.leaveTimeWait(on: loopback(7000), from: loopback(50000))
      return []
    },
    Question(
      "which-port-can-i-use", "Which port can I use?", "sockdiag free 3000-3100", answer: ["3001"]
    ) { laboratory in
      [try LabServer("web-server", holding: [try laboratory.tcpListener(on: LabEndpoint(.anyV4, 3000))])]
    },
    Question(
      "permission-denied", "Why does bind() say: permission denied?", "sockdiag 80", by: Tool.asNobody,
      answer: ["80/tcp", "EACCES", "1024"]
    ) { _ in [] },
    Question(
      "where-does-it-listen", "Does my server listen where I think?", "sockdiag 'sport = :8080'",
      answer: ["127.0.0.1:8080", "web-server"]
    ) { laboratory in
      [try LabServer("web-server", holding: [try laboratory.tcpListener(on: loopback(8080))])]
    },
    Question(
      "habit-of-ss", "What did I type in ss?", "sockdiag -tulpn", answer: ["127.0.0.1:53", "resolver", "nginx"]
    ) { laboratory in
      [
        try LabServer("nginx", holding: [try laboratory.tcpListener(on: LabEndpoint(.anyV4, 80))]),
        try LabServer("resolver", holding: [try laboratory.udpSocket(bound: loopback(53))]),
      ]
    },
  ]

  // MARK: Connections

  private static let connections: [Question] = [
    Question(
      "stuck-worker", "Which of my workers is stuck?", "sockdiag check", answer: ["worker-2", "accepts nothing"]
    ) { laboratory in
      let group = try UnevenGroup(on: loopback(80), in: laboratory)
      let workers = try group.members.enumerated().map { try LabServer("worker-\($0 + 1)", holding: [$1]) }
      return [workers, group]
    },
    Question(
      "who-uses-the-database", "What connects to my database?", "sockdiag list -tp 'dport = :5432'",
      answer: ["web-app", "127.0.0.1:5432", "report"]
    ) { laboratory in
      let database = try laboratory.tcpListener(on: loopback(5432))
      let clients = try [UInt16(40001), 40002].map { try laboratory.tcpClient(from: loopback($0), to: loopback(5432)) }
      let accepted = try clients.map { _ in try database.accept() }
      return [
        try LabServer("postgres", holding: [database] + accepted), try LabServer("web-app", holding: [clients[0]]),
        try LabServer("report", holding: [clients[1]]),
      ]
    },
    Question(
      "no-more-connections", "Why can I not open more connections?", "sockdiag check",
      answer: ["127.0.0.1:5432", "10 of 10 ports"]
    ) { laboratory in
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "40000 40009")
      let server = try laboratory.tcpListener(on: loopback(5432))
      let clients = try (0..<10).map { _ in try laboratory.tcpClient(to: loopback(5432)) }
      let accepted = try clients.map { _ in try server.accept() }
      return [try LabServer("postgres", holding: [server] + accepted), try LabServer("web-app", holding: clients)]
    },
    Question(
      "who-talks-to", "Who is talking to 127.0.0.9?", "sockdiag list -tp 'dst 127.0.0.9'",
      answer: ["127.0.0.9:443", "backup"]
    ) { laboratory in
      let place = LabEndpoint(.v4(127, 0, 0, 9), 443)
      let server = try laboratory.tcpListener(on: place)
      let client = try laboratory.tcpClient(from: loopback(40001), to: place)
      let accepted = try server.accept()
      return [try LabServer("remote", holding: [server, accepted]), try LabServer("backup", holding: [client])]
    },
    Question(
      "full-queue", "Is my server too slow?", "sockdiag check", answer: ["127.0.0.1:8080", "slow-server"]
    ) { laboratory in
      let socket = try laboratory.tcpListener(on: loopback(8080), backlog: 1)
      let clients = try (0..<2).map { _ in try laboratory.tcpClient(to: loopback(8080)) }
      return [try LabServer("slow-server", holding: [socket]), clients]
    },
  ]
}
