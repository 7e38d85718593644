import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// The request to the kernel and the remaining terms together select the sockets that the filter describes.
@Suite struct CompiledFilterPropertyTests {
  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func kernelAndRemainderTogetherMatchTheFilter(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let specimens = try FilterSpecimens(96, using: &random)
    for number in 0..<Trials.count(6250) {
      let node = FilterNode.random(.invented, using: &random)
      let trial = Trial(node, using: &random)
      let indices = (0..<5).map { _ in Int.random(in: specimens.sockets.indices, using: &random) }
      if let complaint = trial.complaint(specimens, indices) {
        Issue.record("seed \(seed), filter \(number): \(complaint)\n\(trial)")
        return
      }
    }
  }

  /// Programs near and beyond the length that an attribute can have.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func longPortListsKeepTheirMeaning(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let specimens = try FilterSpecimens(32, using: &random)
    for count in [100, 1000, 2500, 4000, 9000] {
      let ports = (0..<count).map { _ in UInt16.random(in: 0 ... .max, using: &random) }
      let long = FilterNode.condition(.ports(.local, PortSet((ports + [22, 80]).map { $0...$0 })))
      let node = FilterNode.all([long, .any([.not(long), .condition(.autobound), .random(.invented, using: &random)])])
      let trial = Trial(node, using: &random)
      if let complaint = trial.complaint(specimens, Array(specimens.sockets.indices)) {
        Issue.record("seed \(seed), \(count) ports: \(complaint)")
      }
    }
  }
}

/// A filter and the conditions under which it is compiled.
private struct Trial: CustomStringConvertible {
  let node: FilterNode
  let states: SocketStateSet
  let telling: SocketSpecimen.Telling
  let refused: InetBytecode.Operations

  init(_ node: FilterNode, using random: inout SeededGenerator) {
    self.node = node
    states =
      switch Int.random(in: 0..<6, using: &random) {
      case 0: .connected
      case 1: .random(using: &random)
      case 2: .all
      default: .all.union(.boundInactive)
      }
    var refused = InetBytecode.Operations(rawValue: .random(in: 0..<16, using: &random))
    telling = FilterSpecimens.tellings.randomElement(using: &random) ?? SocketSpecimen.Telling()
    // A kernel that does not report marks or cgroups does not compare them either.
    if !telling.marks { refused.insert(.mark) }
    if !telling.cgroups { refused.insert(.cgroup) }
    self.refused = refused
  }

  var description: String {
    """
    filter: \(SocketFilter(node))
    states: \(states), refused: \(refused), told: \(telling)
    \(SocketFilter(node).compiled(for: states, without: refused).map { "\($0)" }.joined(separator: "\n  "))
    """
  }

  /// The kernel that refuses these operations.
  private var kernel: BytecodeInterpreter.Kernel {
    var kernel = BytecodeInterpreter.Kernel(hasNetAdmin: !refused.contains(.mark))
    if refused.contains(.portEquality) { kernel.unknownOperations.formUnion([11, 12]) }
    if refused.contains(.interface) { kernel.unknownOperations.insert(9) }
    if refused.contains(.cgroup) { kernel.unknownOperations.insert(13) }
    return kernel
  }

  private struct Walk {
    let filter: CompiledFilter
    let program: BytecodeInterpreter?

    func isReported(_ socket: SocketSpecimen) -> Bool {
      guard filter.states.contains(state: socket.state) else { return false }
      // The walk over bound sockets ignores the ports of the request; the other walks take 0 for any port.
      if socket.state != .boundInactive {
        for (asked, port) in [(filter.localPort, socket.local.port), (filter.remotePort, socket.remote.port)] {
          if let asked, asked != 0, asked != port { return false }
        }
      }
      return program?.accepts(socket.entry) ?? true
    }

    /// The decision here about a socket that the kernel reported.
    func passes(_ record: InetSocket) -> Bool? {
      guard let remainder = filter.remainder else { return true }
      return remainder.evaluate(record)
    }
  }

  /// The faults of the compiled filter, tried on some sockets.
  func complaint(_ specimens: FilterSpecimens, _ indices: [Int]) -> String? {
    let walks: [Walk]
    do throws(BytecodeInterpreter.Refusal) {
      walks = try SocketFilter(node).compiled(for: states, without: refused).map {
        filter throws(BytecodeInterpreter.Refusal) in
        let bytes = filter.bytecode.bytes
        return Walk(filter: filter, program: bytes.isEmpty ? nil : try BytecodeInterpreter(bytes, on: kernel))
      }
    } catch {
      return "a program is refused, \(error)"
    }
    if walks.contains(where: { !$0.filter.bytecode.operations.isDisjoint(with: refused) }) {
      return "sends a refused operation"
    }
    if walks.contains(where: { $0.filter.bytecode.bytes.count > 65_531 }) { return "a program is too long" }
    return indices.lazy.compactMap { complaint(walks, specimens, $0) }.first
  }

  private func complaint(_ walks: [Walk], _ specimens: FilterSpecimens, _ index: Int) -> String? {
    let (socket, record) = (specimens.sockets[index], specimens.record(index, telling))
    let seen = specimens.judge(index, telling, asking: nil).evaluate(node)
    let evaluated = SocketFilter(node).evaluate(record)
    if evaluated != seen { return "evaluated to \(evaluated as Any), expected \(seen as Any): \(socket)" }

    let known = specimens.judge(index, telling, asking: .every.subtracting(refused))
    let expected = states.contains(state: socket.state) ? known.evaluate(node) : false
    let reporting = walks.filter { $0.isReported(socket) }
    if reporting.count > 1 { return "two walks report \(socket)" }
    let answer = reporting.first.map { $0.passes(record) } ?? false
    if answer != expected { return "answered \(answer as Any), expected \(expected as Any): \(socket)" }
    // What an explanation says about the kernel's part.
    for walk in walks where walk.filter.states.contains(state: socket.state) {
      if known.evaluate(walk.filter.kernelPart.node) != walk.isReported(socket) {
        return "the kernel's part is given as \(walk.filter.kernelPart): \(socket)"
      }
    }
    return nil
  }
}
