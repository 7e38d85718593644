internal import BindDiagnosis
internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// A call of bind() or listen() that failed, with what can be found out about its socket while its thread is stopped.
struct FailedCall {
  let call: BindCall
  /// What was asked, with the options that the socket has; `nil` if the error is none that other sockets or the host
  /// decide about.
  private(set) var request: BindRequest?
  /// The inode number of the socket; `nil` if it could not be looked at.
  let inode: UInt32?
  /// The socket; `nil` if it could not be looked at, and then why.
  let socket: HeldSocketOptions?
  let obstacle: BindFactError?
  /// What the program calls itself.
  let program: String

  init(_ call: BindCall) {
    self.call = call
    program = Self.name(of: call.processID)
    inode = Self.inode(call)
    var socket: HeldSocketOptions?
    var obstacle: BindFactError?
    if let inode {
      let holder = SocketHolder(
        pid: call.processID, descriptor: UInt32(bitPattern: call.descriptor),
        threadID: call.hasOwnDescriptors == true ? call.threadID : nil)
      do throws(BindFactError) { socket = try HeldSocketOptions(readFrom: holder, inode: inode) } catch {
        obstacle = error
      }
    }
    self.socket = socket
    self.obstacle = obstacle
    request = makeRequest()
  }

  var error: BindErrno { BindErrno(rawValue: call.errno) }

  /// The kind of program that this seems to be, for what is said about setting options.
  var preset: Preset {
    let name = program.prefix { $0.isLetter }
    switch name {
    case "python": return .python
    case "java", "nginx", "systemd": return Preset(rawValue: String(name)) ?? .c
    // Node names its first thread so, or after its process title.
    case "node", "MainThread": return .node
    default: return .c
    }
  }

  /// Whether the socket had an address already, so that it could not be bound once more.
  var isBoundAlready: Bool { call.kind == .bind && error == .invalidArgument && (socket?.local.port ?? 0) != 0 }

  private func makeRequest() -> BindRequest? {
    let decided: [BindErrno] = [
      .addressInUse, .addressNotAvailable, .accessDenied, .invalidArgument, .noSuchDevice,
    ]
    guard decided.contains(error), !isBoundAlready, let address = call.address,
      let transport = call.protocol ?? socket?.protocol
    else { return nil }
    let privileges = try? Privileges.of(process: call.processID)
    // The user of the socket decides about SO_REUSEPORT, the thread's capability about low ports.
    let uid = socket?.uid ?? 0
    let options = socket?.options ?? []
    return BindRequest(
      transport.isStream ? .tcp : transport, address, options: options, uid: uid,
      interfaceIndex: socket?.interfaceIndex ?? 0, scopeID: call.scopeID,
      mayBindPrivilegedPorts: privileges?.mayBindPrivilegedPorts,
      callsBind: call.kind == .bind || address.port != 0 || options.contains(.bindAddressNoPort))
  }

  private static func inode(_ call: BindCall) -> UInt32? {
    let directory =
      call.hasOwnDescriptors == true ? "/proc/\(call.processID)/task/\(call.threadID)" : "/proc/\(call.processID)"
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    guard unsafe stat("\(directory)/fd/\(call.descriptor)", &status) == 0 else { return nil }
    return UInt32(exactly: status.st_ino)
  }

  private static func name(of pid: Int32) -> String {
    // SAFETY: open copies the path.
    let file = unsafe open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "?" }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 64)
    // SAFETY: the call writes at most as many bytes as the buffer has.
    let count = unsafe read(file, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}

extension TransportProtocol {
  /// Whether its sockets are bound by TCP's rule: multipath TCP's have a TCP socket below them.
  fileprivate var isStream: Bool { self == .tcp || rawValue == 262 }
}

extension DiagnosisText {
  /// Appends a failed call, and why it failed.
  mutating func append(_ failed: FailedCall, _ diagnosis: Diagnosis?) {
    let call = failed.call
    let what = call.kind == .bind ? "bind" : "listen"
    let place = call.address.map { "\($0)" } ?? "fd \(call.descriptor)"
    end()
    line(
      "\(what)() of \(failed.program) (pid \(call.processID), fd \(call.descriptor)) on \(place) failed with"
        + " \(failed.error) (\(SystemMessage.text(call.errno))).", indent: 0, width: .max)
    if let obstacle = failed.obstacle { line("Its socket could not be looked at: \(obstacle).", indent: 0) }
    if failed.isBoundAlready, let local = failed.socket?.local {
      line("The socket has the address \(local) already, and a socket is bound only once.", indent: 0)
    }
    guard let diagnosis else { return end() }
    if diagnosis.verdict == .free {
      line(
        "Now nothing is in the way: what was has gone since, or a security module or a program of the cgroup (BPF)"
          + " refuses it.", indent: 0)
    }
    append([diagnosis])
    end()
  }
}

extension FailedCall {
  /// The same for programs.
  func document(_ diagnosis: Diagnosis?, preset: Preset, namespace: String?) -> JSONDocument {
    let address: JSONDocument? = call.address.map { .text("\($0)") }
    let report: JSONDocument? = diagnosis.map { DiagnosisJSON(preset: preset, namespace: namespace).document([$0]) }
    return .object([
      "call": .text(call.kind == .bind ? "bind" : "listen"), "errno": .text("\(error)"),
      "pid": .number(Int64(call.processID)), "thread": .number(Int64(call.threadID)),
      "fd": .number(Int64(call.descriptor)), "command": .text(program), "address": address, "why": report,
    ])
  }
}
