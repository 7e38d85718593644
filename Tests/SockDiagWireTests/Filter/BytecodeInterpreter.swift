/// The kernel's rules for filter programs, as far as ports go.
///
/// Written after `inet_diag_bc_audit` and `inet_diag_bc_run`, net/ipv4/inet_diag.c, and not after the compiler that it
/// tests.
struct BytecodeInterpreter {
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  private let program: [UInt8]

  /// Audits a program, as the kernel does before it runs one.
  init(_ program: [UInt8]) throws {
    self.program = program
    // A program is at least one operation.
    if program.count < 4 { throw Refusal(description: "EINVAL: \(program.count) bytes") }
    var offset = 0
    while offset < program.count {
      offset += try audit(offset)
    }
    if offset != program.count { throw Refusal(description: "EINVAL: the end is jumped over") }
  }

  private func yes(_ offset: Int) -> Int { Int(program[offset + 1]) }
  private func no(_ offset: Int) -> Int { Int(UInt16(program[offset + 2]) | UInt16(program[offset + 3]) << 8) }

  /// Returns the way to the next operation.
  private func audit(_ offset: Int) throws -> Int {
    let remaining = program.count - offset
    func refuse(_ why: String) -> Refusal { Refusal(description: "EINVAL: \(why) at \(offset)") }
    if remaining < 4 { throw refuse("\(remaining) bytes of an operation") }
    var least = 4
    switch program[offset] {
    case 0, 1: break
    // S_GE, S_LE, D_GE, D_LE, S_EQ, D_EQ: the next operation holds the port.
    case 2...5, 11, 12:
      least = 8
      if remaining < least { throw refuse("no port") }
    default: throw refuse("unknown operation \(program[offset])")
    }
    // A NOP has only one way, and that of "does not hold" is not looked at.
    if program[offset] != 0 {
      let no = no(offset)
      if no < least || no > remaining + 4 || no % 4 != 0 { throw refuse("a way \(no) for no") }
      if no < remaining { try checkTarget(offset + no) }
    }
    let yes = yes(offset)
    if yes < least || yes > remaining + 4 || yes % 4 != 0 { throw refuse("a way \(yes) for yes") }
    return yes
  }

  /// A jump must land where an operation begins when one only ever goes the way of "holds".
  private func checkTarget(_ target: Int) throws {
    var offset = 0
    while offset < target {
      let yes = yes(offset)
      if yes < 4 || yes % 4 != 0 { break }
      offset += yes
    }
    if offset != target { throw Refusal(description: "EINVAL: a jump into an operation, to \(target)") }
  }

  /// Runs the program for one socket.
  func accepts(local: UInt16, remote: UInt16) -> Bool {
    var offset = 0
    while offset < program.count {
      var holds = true
      switch program[offset] {
      case 0: break
      case 1: holds = false
      case 2: holds = Int(local) >= no(offset + 4)
      case 3: holds = Int(local) <= no(offset + 4)
      case 4: holds = Int(remote) >= no(offset + 4)
      case 5: holds = Int(remote) <= no(offset + 4)
      case 11: holds = Int(local) == no(offset + 4)
      case 12: holds = Int(remote) == no(offset + 4)
      default: return false
      }
      offset += holds ? yes(offset) : no(offset)
    }
    // Exactly the end accepts; beyond it lies the place that rejects.
    return offset == program.count
  }
}
