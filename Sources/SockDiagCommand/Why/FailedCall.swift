internal import BindDiagnosis
internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// A failed call of bind() or listen(), with facts about its socket that are read while its thread is stopped.
struct FailedCall {
  let call: BindCall
  /// The facts that are equal in all its repeats.
  let failure: Failure
  /// The inode number of the socket; `nil` if the socket was not read.
  private(set) var inode: UInt32?
  /// The request, by the state of the socket; `nil` if other sockets and settings of the host do not decide, or if it is
  /// not known.
  private(set) var request: BindRequest?
  /// Sentences to print besides a diagnosis or instead of one.
  private(set) var remarks: [String] = []
  /// Whether the call failed only because the program was watched.
  private(set) var failedForBeingWatched = false
  /// The restraints of the program; `nil` if the error is not a refusal.
  private(set) var restraints: BindRestraints?

  init(_ call: BindCall, _ failure: Failure) {
    self.call = call
    self.failure = failure
  }

  /// Reads the request while the calling thread is stopped.
  mutating func lookAtSocket() {
    // Other errors are about the call itself, and their names explain them.
    let decided: [BindErrno] = [
      .addressInUse, .addressNotAvailable, .accessDenied, .invalidArgument, .noSuchDevice, .notPermitted,
    ]
    guard decided.contains(error) else { return }
    if error == .accessDenied || error == .notPermitted {
      restraints = BindRestraints(ofProcess: call.processID, family: call.address?.address.family ?? .inet)
    }
    do throws(BindFactError) {
      let inode = try Self.inode(call)
      self.inode = inode
      judge(try HeldSocketOptions(readFrom: Self.holder(call), inode: inode))
    } catch {
      remarks.append("Its socket could not be read: \(error).")
    }
  }

  var error: BindErrno { BindErrno(rawValue: call.errno) }

  /// The probable kind of the program, for statements that set options.
  var preset: Preset {
    let name = failure.program.prefix { $0.isLetter }
    switch name {
    // A server that sets SO_REUSEADDR is of the kind of http.server. A statement for a plain socket helps the others.
    case "python": return request?.options.contains(.reuseAddress) == true ? .python : .pythonSocket
    // Node.js gives its first thread this name, or that of its process title.
    case "MainThread": return .node
    default: return Preset(named: String(name)) ?? .c
    }
  }

  /// Adds a sentence that says why there is no diagnosis.
  mutating func remark(undiagnosedFor error: SockDiagError) {
    remarks.append("It could not be diagnosed: \(error).")
  }

  /// Gives the request the capability for low ports that the file of the program grants and the watching removes.
  ///
  /// - Returns: Whether the file grants it.
  mutating func restoreWithheldRight() -> Bool {
    // By the capabilities of the tracer: `ptracer_capable`, kernel/ptrace.c.
    guard let own = try? Privileges.ofCallingThread(), !own.hasSysPtrace,
      let program = try? Privileges.of(process: call.processID), !program.hasNetBindService,
      FileRights(ofProgramOf: call.processID)?.giveNetBindService == true
    else { return false }
    failedForBeingWatched = true
    request?.mayBindPrivilegedPorts = true
    remarks.append(
      "The program failed because it was watched: its file grants CAP_NET_BIND_SERVICE, but the kernel ignores file"
        + " capabilities while a user without CAP_SYS_PTRACE watches a program. Run this as root, or run the program without"
        + " --run. Its bind() then meets this:")
    return true
  }

  /// Assumes that the socket has a BPF program that chooses among sockets, if nothing else explains the failure. The kernel
  /// does not report such programs.
  ///
  /// - Returns: Whether this may be the reason.
  mutating func supposeProgram(_ diagnosis: Diagnosis) -> Bool {
    guard error == .addressInUse, diagnosis.verdict == .free, let options = request?.options,
      options.contains(.reusePort), !options.contains(.reusePortProgram),
      diagnosis.sockets.contains(where: { $0.effect == .harmless(.sharesReusePort) })
    else { return false }
    request?.options.insert(.reusePortProgram)
    remarks.append(
      "The options of both sides would let them share the port. Probably the program attached a BPF program to its socket"
        + " (SO_ATTACH_REUSEPORT_EBPF or SO_ATTACH_REUSEPORT_CBPF) too early. A socket with a BPF program cannot join an"
        + " existing group. Attach it after bind(), and with TCP after listen().")
    return true
  }

  private mutating func judge(_ socket: HeldSocketOptions) {
    if let cause = ownCause(socket) {
      remarks.append(cause)
      return
    }
    guard let address = call.address else { return }
    let privileges = try? Privileges.of(process: call.processID)
    // The user of the socket decides about SO_REUSEPORT, the thread's capability about low ports.
    request = BindRequest(
      socket.protocol == .udp ? .udp : .tcp, address, options: socket.options, uid: socket.uid,
      interfaceIndex: socket.interfaceIndex, scopeID: call.scopeID,
      mayBindPrivilegedPorts: privileges?.mayBindPrivilegedPorts,
      callsBind: call.kind == .bind || address.port != 0 || socket.options.contains(.bindAddressNoPort))
    request?.isMultipath = socket.protocol == .mptcp
    request?.ambiguousUID = UserNumbers().ambiguous
    request?.portBounds = socket.portBounds
  }

  /// Why the call fails independent of other sockets, or why it cannot be diagnosed; `nil` if other sockets may decide.
  private func ownCause(_ socket: HeldSocketOptions) -> String? {
    switch (call.kind, error) {
    case (.listen, .invalidArgument): return "The socket is already connected or in use, and cannot listen."
    case (.bind, .invalidArgument) where socket.local.port != 0:
      return "The socket already has the address \(socket.local), and a socket is bound only once."
    default: break
    }
    if call.address == nil { return "The address of the call could not be read." }
    // Other protocols have ports and rules of their own.
    if socket.protocol != .udp, !socket.protocol.isStream {
      return "Its protocol is \(socket.protocol.name), and only TCP, MPTCP and UDP can be diagnosed."
    }
    return nil
  }

  private static func holder(_ call: BindCall) -> SocketHolder {
    SocketHolder(
      pid: call.processID, descriptor: UInt32(bitPattern: call.descriptor),
      threadID: call.hasOwnDescriptors == true ? call.threadID : nil)
  }

  private static func inode(_ call: BindCall) throws(BindFactError) -> UInt32 {
    let directory =
      call.hasOwnDescriptors == true ? "/proc/\(call.processID)/task/\(call.threadID)" : "/proc/\(call.processID)"
    let operation = "descriptor \(call.descriptor) of process \(call.processID)"
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    if unsafe stat("\(directory)/fd/\(call.descriptor)", &status) != 0 {
      let code: BindFactError.Code =
        switch errno {
        case EACCES, EPERM: .permissionDenied
        case ENOENT: .descriptorChanged
        default: .system
        }
      throw BindFactError(code, operation: operation, errno: errno)
    }
    guard let inode = UInt32(exactly: status.st_ino) else {
      throw BindFactError(.descriptorChanged, operation: operation)
    }
    return inode
  }
}

extension TransportProtocol {
  /// Whether sockets of the protocol are bound by the rule of TCP. An MPTCP socket has a TCP socket below it.
  fileprivate var isStream: Bool { self == .tcp || self == .mptcp }

  /// The name of a protocol that cannot be diagnosed. Kernel: `IPPROTO_*`, linux/in.h, linux/in6.h.
  fileprivate var name: String {
    switch rawValue {
    case 1: "ICMP"
    case 33: "DCCP"
    case 58: "ICMPv6"
    case 132: "SCTP"
    case 136: "UDP-Lite"
    default: "number \(rawValue)"
    }
  }
}
