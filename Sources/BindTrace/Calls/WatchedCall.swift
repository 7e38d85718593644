/// A system call that the tracer handles, at its entry.
enum WatchedCall: Hashable {
  /// bind(), listen() or connect().
  case socket(SocketCall)
  /// io_uring_setup(). A ring can bind sockets without further system calls.
  case ringSetup
  /// A call that ends the process or replaces its program. All other threads end, and sockets may be closed.
  case endOfProgram
}

/// A call of bind(), listen() or connect().
struct SocketCall: Hashable {
  var kind: BindCall.Kind
  var descriptor: Int32
  /// bind() and connect(): the place of the address in the program's memory.
  var addressPointer: UInt64 = 0
  /// bind() and connect(): the length that the program gave. It may be anything.
  var addressLength: Int32 = 0
  /// listen(): how many connections may wait.
  var backlog: Int32 = 0
}

/// The system calls of an architecture.
///
/// A program may change the architecture from one call to the next: a 64-bit program may make 32-bit calls. So the kernel is
/// asked at each call, by `PTRACE_GET_SYSCALL_INFO`. It also says whether a stop is an entry or an exit; counting the stops
/// would go wrong after the first one that is missed.
///
/// Kernel: `AUDIT_ARCH_*`, linux/audit.h; the numbers are those of asm/unistd_64.h, asm/unistd_32.h and
/// asm-generic/unistd.h.
enum CallingConvention: UInt32 {
  /// Kernel: `AUDIT_ARCH_X86_64`.
  case x86_64 = 0xc000_003e
  /// Kernel: `AUDIT_ARCH_I386`.
  case i386 = 0x4000_0003
  /// Kernel: `AUDIT_ARCH_AARCH64`.
  case aarch64 = 0xc000_00b7

  /// The call, if the tracer handles it.
  ///
  /// - Parameters:
  ///   - number: The number of the system call.
  ///   - arguments: Its arguments.
  ///   - read: Reads as many bytes as there are from the program's memory: the arguments of i386's socketcall() are there.
  @inline(__always)
  func watchedCall(
    _ number: UInt64, _ arguments: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64),
    read: (_ address: UInt64, _ count: Int) -> [UInt8]
  ) -> WatchedCall? {
    switch self {
    case .x86_64:
      // The bit marks a call of the x32 ABI. Its numbers are the same, except those of exec(). Kernel:
      // `__X32_SYSCALL_BIT`, asm/unistd.h.
      switch number & ~0x4000_0000 {
      case 42: Self.withAddress(.connect, arguments.0, arguments.1, arguments.2)
      case 49: Self.withAddress(.bind, arguments.0, arguments.1, arguments.2)
      case 50: Self.listen(arguments.0, arguments.1)
      case 59, 231, 322, 520, 545: .endOfProgram
      case Self.ringSetup: .ringSetup
      default: nil
      }
    case .aarch64:
      switch number {
      case 200: Self.withAddress(.bind, arguments.0, arguments.1, arguments.2)
      case 201: Self.listen(arguments.0, arguments.1)
      case 203: Self.withAddress(.connect, arguments.0, arguments.1, arguments.2)
      case 94, 221, 281: .endOfProgram
      case Self.ringSetup: .ringSetup
      default: nil
      }
    case .i386:
      switch number {
      case 361: Self.withAddress(.bind, arguments.0, arguments.1 & 0xffff_ffff, arguments.2)
      case 362: Self.withAddress(.connect, arguments.0, arguments.1 & 0xffff_ffff, arguments.2)
      case 363: Self.listen(arguments.0, arguments.1)
      case 102: Self.socketcall(arguments.0, read(arguments.1 & 0xffff_ffff, 12))
      case 11, 252, 358: .endOfProgram
      case Self.ringSetup: .ringSetup
      default: nil
      }
    }
  }

  /// Kernel: `__NR_io_uring_setup`, the same on every architecture.
  private static let ringSetup: UInt64 = 425

  private static func withAddress(
    _ kind: BindCall.Kind, _ descriptor: UInt64, _ address: UInt64, _ length: UInt64
  ) -> WatchedCall {
    .socket(
      SocketCall(
        kind: kind, descriptor: Int32(truncatingIfNeeded: descriptor), addressPointer: address,
        addressLength: Int32(truncatingIfNeeded: length)))
  }

  private static func listen(_ descriptor: UInt64, _ backlog: UInt64) -> WatchedCall {
    .socket(
      SocketCall(
        kind: .listen, descriptor: Int32(truncatingIfNeeded: descriptor), backlog: Int32(truncatingIfNeeded: backlog)))
  }

  /// The call inside a call, whose arguments are 32-bit words in memory. Kernel: `SYS_BIND`, `SYS_CONNECT`, `SYS_LISTEN`,
  /// linux/net.h.
  private static func socketcall(_ function: UInt64, _ memory: [UInt8]) -> WatchedCall? {
    func word(_ index: Int) -> UInt64? {
      guard memory.count >= 4 * index + 4 else { return nil }
      return (0..<4).reduce(0) { $0 | UInt64(memory[4 * index + $1]) << UInt64(8 * $1) }
    }
    guard let first = word(0), let second = word(1) else { return nil }
    switch function & 0xffff_ffff {
    case 2: return word(2).map { withAddress(.bind, first, second, $0) }
    case 3: return word(2).map { withAddress(.connect, first, second, $0) }
    case 4: return listen(first, second)
    default: return nil
    }
  }
}
