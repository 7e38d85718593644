import CFloor
import SockDiag

/// The table of all measurements: workloads with their rivals.
struct Catalogue {
  let ss: String?
  /// Another ss to compare with, of a newer version.
  let newestSS: String?
  let sockdiag: String?
  let others: OtherLanguages

  /// The number of exact gets in one sample.
  private let gets = 1_000

  func workloads(for farm: borrowing Farm) throws -> [Workload] {
    let tuples = try FloorGet.pickTuples(gets, of: farm.connected)
    return [
      try dump(expecting: farm.total),
      try details(expecting: farm.total),
      try members(expecting: farm.total),
      try listening(expecting: farm.listening),
      try exactGet(tuples),
    ] + (try filter().map { [$0] } ?? []) + commands(total: farm.total, listening: farm.listening)
      + (try why().map { [$0] } ?? [])
      // The last, because it replaces connections, and a port that another workload has chosen may be taken twice then.
      + [try owners(of: farm)]
  }

  /// The workloads whose memory is measured over many polls. A full dump takes thousands of times as long as one of
  /// listeners, so it is polled less often.
  func steadySubjects() throws -> [(rival: any Rival, divisor: Int)] {
    [
      (try FloorDump(states: States.listen), 1),
      (try OurStream(.listen), 1),
      (try OurTracker(.listen, details: .all), 1),
      (try FloorDump(states: States.all), 1_000),
      (try OurStream(.all), 1_000),
      (try OurStream(.all, details: .all), 1_000),
      (try OurTracker(details: .tcpInfo), 1_000),
    ]
  }

  private func dump(expecting count: Int) throws -> Workload {
    Workload(
      key: "dump",
      title: "Every TCP socket",
      expected: count,
      rivals: [
        try FloorDump(states: States.all),
        try OurDump(.all),
        try OurStream(.all),
        try OurTracker(),
        try OurStateCounts(),
        try OurSummary.byState(),
        try OurSummary.byLocalPort(),
        try OurWalkers(),
        try FloorDump(walkingTwice: States.all),
        ProcRead.everything(),
        OurProcNet(.all),
      ] + theirs("-tan", headerLines: 1) + (try others.dumps())
    )
  }

  private func details(expecting count: Int) throws -> Workload {
    Workload(
      key: "details",
      title: "Every TCP socket with tcp_info",
      expected: count,
      rivals: [
        try FloorDump(states: States.all, extensions: Extensions.info),
        try OurDump(.all, details: .tcpInfo),
        try OurStream(.all, details: .tcpInfo),
        try OurTracker(details: .tcpInfo),
        try OurSummary.byState(details: .tcpInfo),
        try OurSummary.byLocalPort(details: .tcpInfo),
        try OurSummary.ofTracker(),
      ] + theirs("-taniO", headerLines: 1) + (try others.details())
    )
  }

  private func members(expecting count: Int) throws -> Workload {
    Workload(
      key: "members",
      title: "Five members of tcp_info of every TCP socket",
      expected: count,
      rivals: [
        try FloorDump(states: States.all, extensions: Extensions.info), try FloorMembers(), try OurMembers(),
      ]
    )
  }

  private func listening(expecting count: Int) throws -> Workload {
    Workload(
      key: "listening",
      title: "Listening sockets among them",
      expected: count,
      rivals: [
        try FloorDump(states: States.listen, repeats: 50),
        try OurDump(.listen, repeats: 50),
        try OurStream(.listen, repeats: 50),
        ProcRead.untilLastListener(),
        ProcRead.listeners(),
        OurProcNet(.listen, pace: 3),
      ] + theirs("-tln", headerLines: 1)
    )
  }

  /// Selects one socket by its local port. The cost depends on where the port is compared: in the request, in a filter
  /// program of the kernel, or here. Returns `nil` if no port belongs to one socket alone.
  private func filter() throws -> Workload? {
    var inspector = try SocketInspector()
    let sockets = try inspector.dump(SocketQuery(.tcp, states: .all)).sockets
    let uses = Dictionary(sockets.map { ($0.local.port, 1) }, uniquingKeysWith: +)
    guard let port = sockets.last(where: { $0.state == .established && uses[$0.local.port] == 1 })?.local.port else {
      return nil
    }
    return Workload(
      key: "filter",
      title: "One connection by its local port",
      expected: 1,
      rivals: [
        try FloorDump("floor: bare C, port in the request", localPort: port, FLOOR_PORT_IN_REQUEST),
        try OurDump("SockDiag: sport = :P", matching: .localPort == port),
        try FloorDump("bare C, port in a program", localPort: port, FLOOR_PORT_IN_PROGRAM),
        try OurDump(
          "SockDiag: sport = :P and not dst 10.0.0.0/8",
          matching: .localPort == port && !.remote(in: "10.0.0.0/8")),
        try OurDump(
          "SockDiag: sport = :P,1 (a program)", matching: .localPort(in: [port, 1])),
        try FloorDump("bare C, every socket, port compared here", localPort: port, FLOOR_PORT_HERE),
        try OurDump(
          "SockDiag: sport = :P or uid = 4711 (here)", matching: .localPort == port || .userID == 4711),
      ] + theirs("-tan", "sport", "= :\(port)", headerLines: 1)
        + ours("list", "-ta", "sport", "= :\(port)", headerLines: 1)
    )
  }

  /// The holders of all sockets. A hundredth of the sockets is replaced before a repeated search.
  private func owners(of farm: borrowing Farm) throws -> Workload {
    let connections = farm.total / 200
    return Workload(
      key: "owners",
      title: "The holders of every TCP socket",
      expected: farm.total,
      rivals: added(beside: farm.total)
        + [
          try OurOwners("SocketOwners: first search", .first),
          try OurOwners("SocketOwners: first search, two walkers", .first, walkers: 2),
          try OurOwners(
            "SocketOwners: second search, 1 % changed", .again(connections: connections, farm.change)),
          try OurOwners("SocketOwners: everything anew", .anew),
        ]
    )
  }

  /// The time that `-p` adds to `ss -tan`. Left out beside a million sockets: one run took twelve minutes.
  private func added(beside sockets: Int) -> [any Rival] {
    guard let ss, sockets <= 100_000 else { return [] }
    let (plain, more) = (Command(path: ss, arguments: ["-tan"]), Command(path: ss, arguments: ["-tanp"]))
    return [
      SpawnedDifference(
        "ss -tanp, less ss -tan", more, without: plain, role: .other, headerLines: 1, pace: 1)
    ]
  }

  private func exactGet(_ tuples: [floor_tuple]) throws -> Workload {
    Workload(
      key: "get",
      title: "One connection by its addresses",
      expected: tuples.count,
      rivals: [try FloorGet(tuples: tuples), try OurGet(tuples: tuples)]
    )
  }

  private func commands(total: Int, listening: Int) -> [Workload] {
    [
      Workload(
        key: "command-listening",
        title: "The command: listening sockets",
        expected: listening,
        rivals: theirs("-tln", headerLines: 1, pace: 1)
          + ours("list", "-tl", headerLines: 1, pace: 1)
      ),
      Workload(
        key: "command-all",
        title: "The command: every TCP socket",
        expected: total,
        rivals: theirs("-tan", headerLines: 1)
          + ours("list", "-ta", headerLines: 1)
          + ours("list", "-ta", "--ndjson", headerLines: 0)
      ),
    ]
  }

  /// The start of the programs, on a host without a socket.
  func start() -> Workload {
    Workload(
      key: "command-start",
      title: "The command: nothing to show",
      expected: 0,
      rivals: theirs("-tln", headerLines: 1, pace: 1) + ours("list", "-tl", headerLines: 1, pace: 1)
    )
  }

  /// Why a port cannot be bound, beside the question to `ss` that many ask instead: it names the process that listens,
  /// and no other reason. Both print one line.
  private func why() throws -> Workload? {
    var inspector = try SocketInspector()
    let listeners = try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets
    guard let sockdiag, let port = listeners.first(where: { $0.family == .inet })?.local.port else { return nil }
    let command = Command(path: sockdiag, arguments: ["why", "--json", ":\(port)"], expectedStatus: 1)
    return Workload(
      key: "command-why",
      title: "The command: why a port cannot be bound",
      expected: 1,
      rivals: theirs("-tlnp", "sport", "= :\(port)", headerLines: 1, pace: 1)
        + [SpawnedCommand(command, name: "sockdiag why :P", role: .ours, headerLines: 0, pace: 1)]
    )
  }

  // A program that is not installed is left out; the others are measured.

  func theirs(_ arguments: String..., headerLines: Int, pace: Int = 3) -> [any Rival] {
    [(ss, ""), (newestSS, "newest ")].compactMap { path, prefix in
      guard let path else { return nil }
      let command = Command(path: path, arguments: arguments)
      return SpawnedCommand(
        command, name: prefix + general(command.name), role: .other, headerLines: headerLines, pace: pace)
    }
  }

  /// The same name for each run: the port in it is another one each time.
  private func general(_ name: String) -> String {
    guard let colon = name.lastIndex(of: ":") else { return name }
    return name[...colon] + "P"
  }

  private func ours(_ arguments: String..., headerLines: Int, pace: Int = 3) -> [any Rival] {
    guard let sockdiag else { return [] }
    let command = Command(path: sockdiag, arguments: arguments)
    return [SpawnedCommand(command, name: general(command.name), role: .ours, headerLines: headerLines, pace: pace)]
  }
}

/// Masks of TCP states, bit n for state n.
enum States {
  static let all: UInt32 = 0xfff
  static let listen: UInt32 = 1 << 10
}

/// Masks of reply attributes, bit n − 1 for attribute n.
enum Extensions {
  static let info: UInt8 = 1 << 1
}
