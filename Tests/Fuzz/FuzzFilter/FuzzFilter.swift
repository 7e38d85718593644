import SockDiagWire

/// Fuzzes the text of a filter. The first byte chooses what the kernel refuses. The parsed filter is written and parsed
/// again, and divided between the kernel and this side; its meaning must not change.
@c(LLVMFuzzerTestOneInput)
public func fuzzFilter(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  let text = String(decoding: bytes[1...], as: UTF8.self)
  do throws(FilterError) {
    let filter = try SocketFilter(text, names: FewNames())
    checkText(filter)
    checkHolders(filter)
    checkPrograms(filter, InetBytecode.Operations(rawValue: bytes[0] & 0xf))
  } catch {
    precondition(error.column >= 1 && error.length >= 0)
    precondition(error.column + error.length <= text.unicodeScalars.count + 1)
    precondition(!error.explanation.isEmpty && error.explanation.utf8.count < 1000)
  }
  return 0
}

/// A filter's description, with numbers for names, parses to a filter of the same meaning.
private func checkText(_ filter: SocketFilter) {
  let description = filter.description
  guard let again = try? SocketFilter(description) else { preconditionFailure("cannot be parsed: \(description)") }
  precondition(again.node.normalized(in: .named) == filter.node.normalized(in: .named), description)
  precondition(filter.node.normalized().normalized() == filter.node.normalized())
}

/// A process that answers beforehand gives the same answers, and its negation the opposite.
private func checkHolders(_ filter: SocketFilter) {
  let holder = FilterHolder(
    processID: 7, command: "a b", commandLine: "ab(\u{fffd}é aaaa",
    supervision: .init(unit: "a.service", container: ["b"]))
  let part = filter.holderPart
  let answer = part.evaluate(InetSocket(), holders: [holder])
  precondition(part.evaluate(InetSocket(), holders: [holder.answering(part)]) == answer)
  precondition((!part).evaluate(InetSocket(), holders: [holder]) == answer.map { !$0 })
}

/// The request for the kernel is valid, and the remaining terms are evaluated here.
private func checkPrograms(_ filter: SocketFilter, _ refused: InetBytecode.Operations) {
  let walks = filter.compiled(for: .named, without: refused)
  precondition(walks.count == 1 || walks.count == 2)
  for walk in walks {
    precondition(walk.states.isSubset(of: .named))
    precondition(walk.bytecode.operations.isDisjoint(with: refused))
    precondition(isSound(walk.bytecode.bytes))
    precondition(walk.localPort != 0 && walk.remotePort != 0)
    // Nothing on this side could decide this term.
    precondition(walk.remainder?.node.contains { $0 == .autobound } != true)
  }
}

/// Whether a program consists of whole operations, and every jump leads to another operation, to the end or to the
/// place just after it.
private func isSound(_ program: [UInt8]) -> Bool {
  var places: Set<Int> = [program.count, program.count + 4]
  var offset = 0
  while offset < program.count {
    guard offset + 4 <= program.count, program[offset + 1] >= 4 else { return false }
    places.insert(offset)
    offset += Int(program[offset + 1])
  }
  return offset == program.count
    && places.filter { $0 < program.count }.allSatisfy { place in
      let no = Int(program[place + 2]) | Int(program[place + 3]) << 8
      return no >= 4 && places.contains(place + no)
    }
}

extension SocketStateSet {
  /// The states that have names. A text can contain no others.
  fileprivate static var named: SocketStateSet { .all.union([.boundInactive, SocketStateSet(.newSynReceived)]) }
}

/// A host with a few names of one letter, so that the fuzzer finds them.
private struct FewNames: FilterNames {
  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] {
    switch name {
    case "a": [IPAddress(v4: 0x7f00_0001)]
    case "b": [IPAddress(v4: 1), IPAddress(v6: 0, 1)]
    default: throw FilterNameFailure("is unknown")
    }
  }

  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] {
    switch name {
    case "a": [80]
    case "b": [7, 9]
    default: throw FilterNameFailure("is unknown")
    }
  }

  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    if name == "a" { return 1 }
    throw FilterNameFailure("is unknown")
  }

  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 {
    if path == "a" { return .max }
    throw FilterNameFailure("is unknown")
  }

  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 {
    if name == "a" { return .max }
    throw FilterNameFailure("is unknown")
  }
}
