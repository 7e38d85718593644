package import SockDiagWire

extension FilterNode {
  /// A random filter of any form: every kind of condition, nested and negated, including unusual ones.
  package static func random(
    _ values: FilterValues, depth: Int = 3, using random: inout some RandomNumberGenerator
  ) -> FilterNode {
    guard depth > 0, Int.random(in: 0..<3, using: &random) > 0 else {
      return .condition(.random(values, using: &random))
    }
    // Usually a few terms; sometimes one or none.
    let count = [0, 1, 2, 2, 2, 3, 3, 4].randomElement(using: &random) ?? 2
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .not(.random(values, depth: .random(in: 0..<depth, using: &random), using: &random))
    case 1, 2:
      return .all(
        (0..<count).map { _ in .random(values, depth: .random(in: 0..<depth, using: &random), using: &random) })
    default:
      return .any(
        (0..<count).map { _ in .random(values, depth: .random(in: 0..<depth, using: &random), using: &random) })
    }
  }
}

extension FilterCondition {
  /// A condition of any kind.
  package static func random(
    _ values: FilterValues, using random: inout some RandomNumberGenerator
  ) -> FilterCondition {
    let end = Bool.random(using: &random) ? SocketEnd.local : .remote
    switch Int.random(in: 0..<13, using: &random) {
    case 0: return .states(.random(using: &random))
    case 1, 2, 3: return .ports(end, .random(values.ports, using: &random))
    case 4, 5: return .address(end, .random(values.addresses, using: &random))
    case 6: return .family(Bool.random(using: &random) ? .inet : .inet6)
    case 7: return .interface(values.interfaces.randomElement(using: &random) ?? 0)
    case 8:
      let mark = values.marks.randomElement(using: &random) ?? 0
      let masks: [UInt32] = [.max, .max, 0, 0x10, 0x11, 0xffff]
      let mask = masks.randomElement(using: &random) ?? .max
      // A bit outside the mask never matches.
      return .mark(Int.random(in: 0..<8, using: &random) == 0 ? mark : mark & mask, mask: mask)
    case 9: return .cgroup(values.cgroups.randomElement(using: &random) ?? 0)
    case 10: return .autobound
    case 11: return .end(end, .unix(.random(using: &random)))
    default: return .randomFigure(values, using: &random)
    }
  }

  private static func randomFigure(
    _ values: FilterValues, using random: inout some RandomNumberGenerator
  ) -> FilterCondition {
    guard let (figure, numbers) = values.figures.randomElement(using: &random),
      let one = numbers.randomElement(using: &random), let other = numbers.randomElement(using: &random)
    else { return .autobound }
    return switch Int.random(in: 0..<4, using: &random) {
    case 0: .figure(figure, one...one)
    case 1: .figure(figure, 0...one)
    case 2: .figure(figure, one ... .max)
    default: .figure(figure, min(one, other)...max(one, other))
    }
  }
}

extension SocketStateSet {
  /// States, groups of states, none, all, and numbers that no state has.
  package static func random(using random: inout some RandomNumberGenerator) -> SocketStateSet {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: [.everyState, [], .all, .connected, .bucket].randomElement(using: &random) ?? []
    case 1: SocketStateSet(rawValue: .random(in: 0 ... .max, using: &random))
    case 2: SocketStateSet(rawValue: .random(in: 0..<1 << 14, using: &random) & ~1)
    default: SocketStateSet(SocketState(rawValue: .random(in: 1...13, using: &random)))
    }
  }
}

extension PortSet {
  /// One port, several, ranges, all but some, none or all.
  package static func random(_ ports: [UInt16], using random: inout some RandomNumberGenerator) -> PortSet {
    func port() -> UInt16 { ports.randomElement(using: &random) ?? 0 }
    func range() -> ClosedRange<UInt16> {
      let (one, other) = (port(), port())
      return min(one, other)...max(one, other)
    }
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return PortSet()
    case 1: return .all
    case 2: return PortSet([range()])
    case 3: return PortSet([range(), range()])
    case 4: return PortSet([0...port()])
    case 5: return PortSet([port() ... .max])
    case 6, 7: return PortSet((0..<Int.random(in: 2...12, using: &random)).map { _ in port() }.map { $0...$0 })
    case 8: return PortSet(port()).complement
    default: return PortSet(port())
    }
  }
}

extension AddressPrefix {
  /// An address prefix of any length, often with zero bits or all bits.
  package static func random(
    _ addresses: [IPAddress], using random: inout some RandomNumberGenerator
  ) -> AddressPrefix {
    let address = addresses.randomElement(using: &random) ?? .anyV6
    let bits = address.family == .inet ? 32 : 128
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return AddressPrefix(address, length: 0)
    case 1, 2: return AddressPrefix(address, length: .random(in: 0...bits, using: &random))
    default: return AddressPrefix(address)
    }
  }
}
