internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SockDiagWire

extension Why {
  /// The name of the UNIX socket that the question is about; `nil` if it is about a port.
  func unixArgument() throws(CommandFailure) -> UnixArgument? {
    guard let port else {
      if type != nil { throw .usage("--type is for UNIX sockets; leave it out with --run") }
      return nil
    }
    guard let argument = try UnixArgument(parsing: port) else {
      if type != nil { throw .usage("--type is for UNIX sockets, such as 'sockdiag why /run/app.sock'; leave it out") }
      return nil
    }
    var asked = who
    asked.uid = nil
    let words = asked.words + (who.tcp ? ["--tcp"] : []) + (who.udp ? ["--udp"] : []) + (probe ? ["--probe"] : [])
    if let word = words.first { throw .usage("\(word) is for ports, and '\(port)' is a UNIX socket; leave it out") }
    return argument
  }

  /// The calls that the question is about.
  func unixRequest(_ argument: UnixArgument) throws(CommandFailure) -> UnixRequest {
    var request = UnixRequest(argument.name)
    request.kind = try type.map { text throws(CommandFailure) in try UnixTypeArgument.kind(text) }
    request.uid = try who.userNumber()
    if let uid = request.uid, uid != geteuid(), geteuid() != 0, !argument.name.isAbstract {
      throw .usage("--uid: only root can look at a path with the rights of another user; run it as root")
    }
    return request
  }

  func answer(_ argument: UnixArgument) throws {
    let diagnosis = try Progress.during("looking at the socket") { try unixDiagnosis(argument) }
    var output = ByteOutput()
    output.bytes += json ? encoded(diagnosis) : text(diagnosis, argument, .standardOutput(colour.color))
    try output.flush()
    let status = WhyStatus(diagnosis)
    if status != .free { throw ExitCode(status.rawValue) }
  }

  func unixDiagnosis(_ argument: UnixArgument) throws -> UnixDiagnosis {
    let request = try unixRequest(argument)
    var diagnostician = try Diagnostician()
    return try diagnostician.diagnose(request)
  }

  func text(_ diagnosis: UnixDiagnosis, _ argument: UnixArgument, _ terminal: Terminal = .plain) -> [UInt8] {
    var context = WhyContext(preset: .c, namespace: namespace.netns)
    context.question = question
    var text = DiagnosisText(context, terminal)
    if verbose { text.append(diagnosis) } else { text.appendShort(diagnosis) }
    return text.bytes
  }

  func encoded(_ diagnosis: UnixDiagnosis) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendJSONLine(UnixWhyFields(diagnosis: diagnosis, namespace: namespace.netns))
    return bytes
  }
}

/// The value of `--type`.
enum UnixTypeArgument {
  static func kind(_ text: String) throws(CommandFailure) -> SocketType {
    switch text.lowercased() {
    case "stream", "u_str": .stream
    case "dgram", "datagram", "u_dgr": .datagram
    case "seqpacket", "u_seq": .sequencedPacket
    default: throw .usage("--type: '\(text)' is not a type; give stream, dgram or seqpacket")
    }
  }
}
