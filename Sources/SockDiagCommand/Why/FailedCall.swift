internal import BindDiagnosis
internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// A call of bind() or listen() that failed, with what can be found out about its socket while its thread is stopped.
struct FailedCall {
  let call: BindCall
  /// What it has in common with its repeats.
  let failure: Failure
  /// The inode number of the socket; `nil` if it was not looked at.
  private(set) var inode: UInt32?
  /// What was asked, by the socket as it is; `nil` if neither other sockets nor settings of the host decide, or if that
  /// cannot be told.
  private(set) var request: BindRequest?
  /// What there is to say besides a diagnosis, or instead of one: sentences.
  private(set) var remarks: [String] = []
  /// Whether it was the watching that made the call fail.
  private(set) var failedForBeingWatched = false
  /// What may refuse the call to this program besides sockets; `nil` if the error does not say that it was not allowed.
  private(set) var restraints: BindRestraints?

  init(_ call: BindCall, _ failure: Failure) {
    self.call = call
    self.failure = failure
  }

  /// Finds out what was asked, while the thread that asked is stopped.
  mutating func lookAtSocket() {
    // The others tell about the call itself, and their names say it.
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
      remarks.append("Its socket could not be looked at: \(error).")
    }
  }

  var error: BindErrno { BindErrno(rawValue: call.errno) }

  /// The kind of program that this seems to be, for what is said about setting options.
  var preset: Preset {
    let name = failure.program.prefix { $0.isLetter }
    switch name {
    case "python": return .python
    case "java", "nginx", "systemd": return Preset(rawValue: String(name)) ?? .c
    // Node names its first thread so, or after its process title.
    case "node", "MainThread": return .node
    default: return .c
    }
  }

  /// Says why there is no diagnosis of what could be asked about.
  mutating func remark(undiagnosedFor error: SockDiagError) {
    remarks.append("It could not be diagnosed: \(error).")
  }

  /// Gives the request the right to low ports that the program's file gives it and the watching takes.
  ///
  /// - Returns: Whether there is such a right.
  mutating func restoreWithheldRight() -> Bool {
    // By the capabilities of the tracer: `ptracer_capable`, kernel/ptrace.c.
    guard let own = try? Privileges.ofCallingThread(), !own.hasSysPtrace,
      let program = try? Privileges.of(process: call.processID), !program.hasNetBindService,
      FileRights(ofProgramOf: call.processID)?.giveNetBindService == true
    else { return false }
    failedForBeingWatched = true
    request?.mayBindPrivilegedPorts = true
    remarks.append(
      "Being watched took the right away: the file of the program gives it low ports (CAP_NET_BIND_SERVICE), but the"
        + " kernel gives a program nothing by its file while a user without CAP_SYS_PTRACE watches it. Run this as root,"
        + " or run the program without --run. Its bind() then meets this:")
    return true
  }

  /// Supposes that the socket has a program that chooses among sockets, if nothing else explains the failure: the kernel does
  /// not tell that there is one.
  ///
  /// - Returns: Whether it may be so.
  mutating func supposeProgram(_ diagnosis: Diagnosis) -> Bool {
    guard error == .addressInUse, diagnosis.verdict == .free, let options = request?.options,
      options.contains(.reusePort), !options.contains(.reusePortProgram),
      diagnosis.sockets.contains(where: { $0.effect == .harmless(.sharesReusePort) })
    else { return false }
    request?.options.insert(.reusePortProgram)
    remarks.append(
      "The options of both sides would let them share the port. The likely reason why they do not: the program attached a"
        + " BPF program to its socket (SO_ATTACH_REUSEPORT_EBPF or SO_ATTACH_REUSEPORT_CBPF) too early. A socket that has"
        + " one joins no group that is there already. Attach it after bind(), and with TCP after listen().")
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

  /// Why the call fails whatever else there is, or why nothing can be said about that.
  private func ownCause(_ socket: HeldSocketOptions) -> String? {
    switch (call.kind, error) {
    case (.listen, .invalidArgument): return "The socket is connected or in use already, and cannot listen."
    case (.bind, .invalidArgument) where socket.local.port != 0:
      return "The socket has the address \(socket.local) already, and a socket is bound only once."
    default: break
    }
    if call.address == nil { return "The address that it was given could not be read." }
    // Ports of other protocols are others, with rules of their own.
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
  /// Whether its sockets are bound by TCP's rule: multipath TCP's have a TCP socket below them.
  fileprivate var isStream: Bool { self == .tcp || self == .mptcp }

  /// A name for people of one that is not diagnosed. Kernel: `IPPROTO_*`, linux/in.h, linux/in6.h.
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
