import SockDiagTestKit
import SockDiagWire

/// Sockets on which filters are tried, with the records that a reader has of them.
struct FilterSpecimens {
  let sockets: [SocketSpecimen]
  private let records: [SocketSpecimen.Telling: [InetSocket]]

  init(_ count: Int, using random: inout SeededGenerator) throws {
    sockets = (0..<count).map { _ in SocketSpecimen.random(.invented, using: &random) }
    var records: [SocketSpecimen.Telling: [InetSocket]] = [:]
    for telling in Self.tellings { records[telling] = try sockets.map { try $0.record(telling) } }
    self.records = records
  }

  /// Of newer kernels and older ones, with and without the right to see marks.
  static let tellings = [true, false].flatMap { marks in
    [true, false].map { SocketSpecimen.Telling(marks: marks, cgroups: $0) }
  }

  func record(_ index: Int, _ telling: SocketSpecimen.Telling) -> InetSocket {
    records[telling]?[index] ?? InetSocket()
  }

  /// On which of some sockets two filters differ, decided by records and by the kernel's knowledge. `nil` if on none.
  func difference(
    _ node: FilterNode, _ other: FilterNode, count: Int, using random: inout SeededGenerator
  ) -> SocketSpecimen? {
    for _ in 0..<count {
      let socket = sockets[Int.random(in: sockets.indices, using: &random)]
      let telling = Self.tellings.randomElement(using: &random) ?? SocketSpecimen.Telling()
      for operations in [nil, InetBytecode.Operations(rawValue: .max)] {
        let judge = ReferenceEvaluator(socket, telling, asking: operations)
        if judge.evaluate(node) != judge.evaluate(other) { return socket }
      }
    }
    return nil
  }
}
