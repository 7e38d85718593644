import SockDiag

public enum Placeholder {
  public static func run() throws {
    var inspector = try SocketInspector()
    let clock = ContinuousClock()
    for round in 0..<7 {
      let q = SocketQuery(.tcp, states: .all)
      let t0 = clock.now
      let d = try inspector.dump(q)
      let t1 = clock.now
      var n = 0
      try inspector.forEach(q) { _ in
        n += 1; return .continue
      }
      let t2 = clock.now
      let e = try inspector.dump(SocketQuery(.tcp, states: .all, details: [.tcpInfo]))
      let t3 = clock.now
      print(round, d.sockets.count, t1 - t0, n, t2 - t1, e.sockets.count, t3 - t2, MemoryLayout<InetSocket>.stride)
    }
  }
}
