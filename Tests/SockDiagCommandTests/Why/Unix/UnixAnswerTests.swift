import BindDiagnosis
import SockDiag
import SocketLaboratory
import SocketOwners
import Testing

@testable import SockDiagCommand

/// The answers of `why` about UNIX sockets, word for word.
@Suite(.enabled(if: LabNamespace.isPermitted, "a plain user gets other advice"))
struct UnixAnswerTests {
  /// The question and what is known, by the name of the golden.
  static let situations: [String] = [
    "unix-listener", "unix-stale", "unix-not-a-socket", "unix-dangling-link", "unix-missing-directory", "unix-no-right",
    "unix-no-search", "unix-too-long", "unix-read-only", "unix-free", "unix-abstract", "unix-abstract-other-type",
    "unix-replaced-file", "unix-full-queue", "unix-hidden",
  ]

  @Test(arguments: situations) func outputEqualsTheGolden(_ name: String) throws {
    let diagnosis = try #require(Self.diagnosis(name))
    var text: [UInt8] = []
    for form in [[], ["-v"]] {
      let question = "sockdiag why \(ShellWord.quoted(diagnosis.place))"
      var context = WhyContext(preset: .c, namespace: nil)
      context.question = question
      context.now = 10_800
      if !text.isEmpty { text.append(0x0a) }
      text += Array("$ \(([question] + form).joined(separator: " "))\n".utf8)
      var answer = DiagnosisText(context, .plain)
      if form.isEmpty { answer.appendShort(diagnosis) } else { answer.append(diagnosis) }
      let lines = answer.bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
      #expect(!form.isEmpty || lines.count <= 11, "\(name) has more than ten lines")
      text += answer.bytes
    }
    try Fixture.expect(text, toBe: "why/\(name).txt")
  }

  @Test(arguments: situations) func jsonConformsToTheSchema(_ name: String) throws {
    let diagnosis = try #require(Self.diagnosis(name))
    var bytes: [UInt8] = []
    bytes.appendJSONLine(UnixWhyFields(diagnosis: diagnosis, namespace: nil))
    let schema = try JSONSchema(named: "why-unix")
    let violations = schema.violations(of: try JSONValue(parsing: bytes))
    #expect(violations == [])
  }

  // MARK: Situations

  private static func diagnosis(_ name: String) -> UnixDiagnosis? {
    let request = UnixRequest(.path(Array("/run/app/app.sock".utf8)))
    var facts = UnixPathFacts()
    func at(_ file: UnixFile?, _ contact: UnixPathFacts.Contact = .unknown) -> UnixPathFacts {
      var facts = facts
      (facts.file, facts.target, facts.contact) = (file, file, contact)
      facts.targetError = file == nil ? .noSuchFile : nil
      return facts
    }
    let socketFile = UnixFile(.socket, inode: 4711)
    switch name {
    case "unix-listener": return served(request, at(socketFile, .otherKind))
    case "unix-full-queue":
      var diagnosis = served(request, at(socketFile, .otherKind), waiting: 129)
      diagnosis.sockets.append(DiagnosedUnixSocket(socket(.established), .accepted))
      return diagnosis
    case "unix-stale": return UnixDiagnosis(request, at(socketFile, .nothing), .nothing)
    case "unix-not-a-socket": return UnixDiagnosis(request, at(UnixFile(.folder)), .nothing)
    case "unix-dangling-link":
      facts.file = UnixFile(.link)
      return UnixDiagnosis(request, facts, .nothing)
    case "unix-missing-directory":
      facts.folderError = UnixPathFacts.FolderError(.noSuchFile, at: Array("/run/app".utf8))
      return UnixDiagnosis(request, facts, .nothing)
    case "unix-no-search":
      facts.folderError = UnixPathFacts.FolderError(.accessDenied, at: Array("/run".utf8))
      return UnixDiagnosis(request, facts, .nothing)
    case "unix-no-right":
      facts.createError = .accessDenied
      return UnixDiagnosis(request, facts, .nothing)
    case "unix-read-only":
      facts.isReadOnly = true
      return UnixDiagnosis(request, facts, .nothing)
    case "unix-too-long":
      return UnixDiagnosis(UnixRequest(.path(Array("/run/\(String(repeating: "a", count: 120))".utf8))), nil, .nothing)
    case "unix-free": return UnixDiagnosis(request, facts, .nothing)
    case "unix-abstract": return served(UnixRequest(.abstract(Array("app".utf8))), nil)
    case "unix-abstract-other-type":
      let request = UnixRequest(.abstract(Array("app".utf8)), kind: .datagram)
      var other = DiagnosedUnixSocket(socket(.listen), .elsewhere)
      other.processes = [process]
      return UnixDiagnosis(request, nil, .nothing, sockets: [other])
    case "unix-replaced-file":
      var other = DiagnosedUnixSocket(socket(.listen), .sameName)
      other.processes = [process]
      other.isInOtherMountNamespace = false
      return UnixDiagnosis(request, facts, .nothing, sockets: [other])
    case "unix-hidden": return UnixDiagnosis(request, at(socketFile, .otherKind), .hidden(nil))
    default: return nil
    }
  }

  private static func socket(_ state: SocketState, waiting: UInt32 = 0) -> UnixSocket {
    var socket = UnixSocket()
    (socket.state, socket.inode, socket.uid) = (state, 1001, 0)
    socket.name = .path(Array("/run/app/app.sock".utf8))
    if state == .listen { socket.queues = .connections(waiting: waiting, limit: 128) }
    return socket
  }

  private static let process: ProcessDetails = {
    var details = ProcessDetails(process: HoldingProcess(pid: 4711, startTicks: 1), command: Array("app-server".utf8))
    details.uid = 0
    details.arguments = [Array("/usr/bin/app-server".utf8), Array("--socket=/run/app/app.sock".utf8)]
    return details
  }()

  private static func served(_ request: UnixRequest, _ facts: UnixPathFacts?, waiting: UInt32 = 0) -> UnixDiagnosis {
    let record = socket(.listen, waiting: waiting)
    var server = DiagnosedUnixSocket(record, .server)
    server.holders = [SocketHolder(pid: 4711, descriptor: 3)]
    server.processes = [process]
    var diagnosis = UnixDiagnosis(request, facts, .server(record), sockets: [server])
    diagnosis.origins[4711] = ProcessOrigin(
      age: .seconds(750), workingDirectory: Array("/srv/app".utf8), terminal: "pts/3",
      ancestors: [ProcessOrigin.Ancestor(pid: 15980, command: Array("bash".utf8))])
    return diagnosis
  }
}
