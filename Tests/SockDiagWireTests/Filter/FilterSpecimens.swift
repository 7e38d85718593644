import SockDiagTestKit
import SockDiagWire

/// Sockets for trying filters, and their records.
struct FilterSpecimens {
  let sockets: [SocketSpecimen]
  private let records: [SocketSpecimen.Telling: [InetSocket]]
  private let judges: [ReferenceEvaluator]

  init(_ count: Int, using random: inout SeededGenerator) throws {
    sockets = (0..<count).map { _ in SocketSpecimen.random(.invented, using: &random) }
    judges = sockets.map(ReferenceEvaluator.init)
    var records: [SocketSpecimen.Telling: [InetSocket]] = [:]
    for telling in Self.tellings { records[telling] = try sockets.map { try $0.record(telling) } }
    self.records = records
  }

  /// For newer and older kernels, with and without the privilege to see marks.
  static let tellings = [true, false].flatMap { marks in
    [true, false].map { SocketSpecimen.Telling(marks: marks, cgroups: $0) }
  }

  func record(_ index: Int, _ telling: SocketSpecimen.Telling) -> InetSocket {
    records[telling]?[index] ?? InetSocket()
  }

  /// The source of a filter's meaning for a socket.
  func judge(
    _ index: Int, _ telling: SocketSpecimen.Telling, asking operations: InetBytecode.Operations?
  ) -> ReferenceEvaluator {
    var judge = judges[index]
    judge.telling = telling
    judge.operations = operations
    return judge
  }

  /// A socket for which two filters differ, decided by records and by the kernel's data.
  func difference(
    _ node: FilterNode, _ other: FilterNode, count: Int, using random: inout SeededGenerator
  ) -> SocketSpecimen? {
    for _ in 0..<count {
      let index = Int.random(in: sockets.indices, using: &random)
      let telling = Self.tellings.randomElement(using: &random) ?? SocketSpecimen.Telling()
      let judge = judge(index, telling, asking: Bool.random(using: &random) ? InetBytecode.Operations.every : nil)
      if judge.evaluate(node) != judge.evaluate(other) { return sockets[index] }
    }
    return nil
  }
}

extension InetBytecode.Operations {
  static let every = kinds.reduce(into: InetBytecode.Operations()) { $0.formUnion($1) }
}
