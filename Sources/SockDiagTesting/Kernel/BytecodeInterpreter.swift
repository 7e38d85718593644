package import SockDiagWire

/// Checks and runs the filter programs of inet requests, by the kernel's rules.
///
/// It follows `inet_diag_bc_audit` and `inet_diag_bc_run`, net/ipv4/inet_diag.c, and shares no code with the compiler that
/// makes the programs, so that each is a test of the other.
package struct BytecodeInterpreter {
  /// The reason why the kernel does not run a program.
  package struct Refusal: Error, CustomStringConvertible {
    /// The name of the errno: `EINVAL` or `EPERM`.
    package var errno: String
    package var reason: String

    package var description: String { "\(errno): \(reason)" }
  }

  /// What a kernel and the rights of its reader allow.
  package struct Kernel {
    /// Whether the reader has CAP_NET_ADMIN. Without it, a condition on marks is refused.
    package var hasNetAdmin: Bool
    /// Operations that the kernel is too old for.
    package var unknownOperations: Set<UInt8>

    package init(hasNetAdmin: Bool = true, unknownOperations: Set<UInt8> = []) {
      self.hasNetAdmin = hasNetAdmin
      self.unknownOperations = unknownOperations
    }
  }

  private let program: [UInt8]

  /// Checks a program, as the kernel does before it runs one.
  package init(_ program: [UInt8], on kernel: Kernel = Kernel()) throws(Refusal) {
    self.program = program
    // A program has at least one operation.
    if program.count < 4 { throw Refusal(errno: "EINVAL", reason: "a program of \(program.count) bytes") }
    let places = jumpTargets()
    var offset = 0
    while offset < program.count {
      offset += try audit(offset, kernel, places)
    }
    if offset != program.count { throw Refusal(errno: "EINVAL", reason: "the end is jumped over") }
  }

  private func yes(_ offset: Int) -> Int { Int(program[offset + 1]) }
  private func no(_ offset: Int) -> Int { Int(half(offset + 2)) }
  private func half(_ offset: Int) -> UInt16 {
    UInt16(littleEndian: UInt16(program[offset]) | UInt16(program[offset + 1]) << 8)
  }

  private func word(_ offset: Int) -> UInt32 {
    let bytes = program[offset..<offset + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return UInt32(littleEndian: bytes)
  }

  /// The offsets to which a jump may lead: those on the way through the program on which every condition holds
  /// (`valid_cc`). The kernel walks from the beginning for each jump, this walks once for all of them.
  private func jumpTargets() -> Set<Int> {
    var places: Set<Int> = []
    var offset = 0
    while offset < program.count {
      places.insert(offset)
      guard offset + 2 <= program.count, yes(offset) >= 4, yes(offset) % 4 == 0 else { break }
      offset += yes(offset)
    }
    return places
  }

  /// Returns the distance to the next operation.
  private func audit(_ offset: Int, _ kernel: Kernel, _ places: Set<Int>) throws(Refusal) -> Int {
    let remaining = program.count - offset
    func refuse(_ reason: String) -> Refusal { Refusal(errno: "EINVAL", reason: "\(reason) at \(offset)") }
    if remaining < 4 { throw refuse("\(remaining) bytes of an operation") }
    let code = program[offset]
    if kernel.unknownOperations.contains(code) { throw refuse("operation \(code), too new") }
    let least = try leastLength(offset, kernel)
    if remaining < least { throw refuse("truncated operand") }
    // A NOP always holds, so its second distance is not checked.
    if code != 0 {
      let no = no(offset)
      if no < least || no > remaining + 4 || no % 4 != 0 { throw refuse("invalid jump of \(no) for \"does not hold\"") }
      if no < remaining, !places.contains(offset + no) { throw refuse("a jump into an operation") }
    }
    let yes = yes(offset)
    if yes < least || yes > remaining + 4 || yes % 4 != 0 { throw refuse("invalid jump of \(yes) for \"holds\"") }
    return yes
  }

  /// The length of an operation with its operand.
  private func leastLength(_ offset: Int, _ kernel: Kernel) throws(Refusal) -> Int {
    switch program[offset] {
    // NOP, JMP, AUTO.
    case 0, 1, 6: return 4
    // S_GE, S_LE, D_GE, D_LE, S_EQ, D_EQ: the next operation contains the port.
    case 2...5, 11, 12: return 8
    // DEV_COND: an index.
    case 9: return 8
    // MARK_COND: a mark and a mask. The kernel checks the capability first.
    case 10:
      if !kernel.hasNetAdmin { throw Refusal(errno: "EPERM", reason: "a mark at \(offset)") }
      return 12
    // CGROUP_COND: an id.
    case 13: return 12
    // S_COND, D_COND: family, prefix, port and an address.
    case 7, 8:
      guard program.count - offset >= 12 else { return 12 }
      let lengths: [UInt8: Int] = [0: 0, 2: 4, 10: 16]
      guard let length = lengths[program[offset + 4]] else {
        throw Refusal(errno: "EINVAL", reason: "family \(program[offset + 4]) at \(offset)")
      }
      guard program.count - offset < 12 + length || Int(program[offset + 5]) <= 8 * length else {
        throw Refusal(errno: "EINVAL", reason: "a prefix of \(program[offset + 5]) bits at \(offset)")
      }
      return 12 + length
    default: throw Refusal(errno: "EINVAL", reason: "operation \(program[offset]) at \(offset)")
    }
  }
}

extension BytecodeInterpreter {
  /// Whether the program accepts a socket.
  package func accepts(_ entry: KernelEntry) -> Bool {
    var offset = 0
    while offset < program.count { offset += holds(offset, entry) ? yes(offset) : no(offset) }
    // The end of the program accepts, and any place beyond it rejects.
    return offset == program.count
  }

  private func holds(_ offset: Int, _ entry: KernelEntry) -> Bool {
    let operand = offset + 4
    switch program[offset] {
    case 1: return false
    case 2: return entry.localPort >= half(operand + 2)
    case 3: return entry.localPort <= half(operand + 2)
    case 4: return entry.remotePort >= half(operand + 2)
    case 5: return entry.remotePort <= half(operand + 2)
    case 6: return !entry.isPortLocked
    case 7: return hostHolds(operand, entry.family, entry.local, entry.localPort)
    case 8: return hostHolds(operand, entry.family, entry.remote, entry.remotePort)
    case 9: return entry.interface == word(operand)
    case 10: return entry.mark & word(operand + 4) == word(operand)
    case 11: return entry.localPort == half(operand + 2)
    case 12: return entry.remotePort == half(operand + 2)
    case 13:
      let cgroup = program[operand..<operand + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return entry.cgroup == UInt64(littleEndian: cgroup)
    // NOP, and the codes for which the kernel's switch has no case.
    default: return true
    }
  }

  /// Kernel: `struct inet_diag_hostcond`.
  private func hostHolds(_ condition: Int, _ family: UInt8, _ address: [UInt8], _ port: UInt16) -> Bool {
    // A signed number; -1 means any port.
    let wantedPort = Int32(bitPattern: word(condition + 4))
    if wantedPort != -1, wantedPort != Int32(port) { return false }
    let (wantedFamily, bits) = (program[condition], Int(program[condition + 1]))
    let wanted = program[(condition + 8)...]
    if wantedFamily != 0, wantedFamily != family {
      // "Cursed" mapped addresses, as the kernel calls them: an IPv6 socket may carry IPv4.
      guard family == 10, wantedFamily == 2, address[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] else {
        return false
      }
      return Self.agree(address[12...], wanted, bits)
    }
    return Self.agree(address[...], wanted, bits)
  }

  /// Kernel: `bitstring_match`.
  private static func agree(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ bits: Int) -> Bool {
    var rest = bits
    for (one, other) in zip(left, right) where rest > 0 {
      let mask: UInt8 = rest >= 8 ? 0xff : 0xff << UInt8(8 - rest)
      if (one ^ other) & mask != 0 { return false }
      rest -= 8
    }
    return true
  }
}

/// The fields of a socket that a filter program can compare. Kernel: `struct inet_diag_entry`, linux/inet_diag.h.
package struct KernelEntry: Hashable {
  /// AF_INET or AF_INET6.
  package var family: UInt8
  /// 4 or 16 bytes in network order.
  package var local: [UInt8]
  package var remote: [UInt8]
  package var localPort: UInt16
  package var remotePort: UInt16
  package var interface: UInt32
  package var mark: UInt32
  /// Whether the program chose the port. Kernel: `SOCK_BINDPORT_LOCK` in `userlocks`.
  package var isPortLocked: Bool
  package var cgroup: UInt64

  package init(
    family: UInt8, local: [UInt8], remote: [UInt8], localPort: UInt16, remotePort: UInt16, interface: UInt32,
    mark: UInt32, isPortLocked: Bool, cgroup: UInt64
  ) {
    self.family = family
    self.local = local
    self.remote = remote
    self.localPort = localPort
    self.remotePort = remotePort
    self.interface = interface
    self.mark = mark
    self.isPortLocked = isPortLocked
    self.cgroup = cgroup
  }
}

extension KernelEntry {
  /// The entry of a record. sock_diag does not report whether the program chose the port, so it counts as chosen.
  package init(_ socket: InetSocket) {
    self.init(
      family: socket.family.rawValue, local: socket.local.address.bytes, remote: socket.remote.address.bytes,
      localPort: socket.local.port, remotePort: socket.remote.port, interface: socket.interfaceIndex,
      mark: socket.mark ?? 0, isPortLocked: !socket.isMinisocket, cgroup: socket.cgroupID ?? 0)
  }
}
