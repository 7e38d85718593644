import ArgumentParser
import BindDiagnosis
import FoundationEssentials
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners

@testable import SockDiagCommand

/// The answers of `why` to the questions about a situation, without the parts that differ between runs.
struct WhyTranscript: Sendable {
  /// The questions as typed in a shell, each with its answer.
  var text: [UInt8] = []
  /// The answers in JSON.
  var documents: [[UInt8]] = []

  /// Builds the situation in a new namespace and asks there.
  static func record(_ situation: BindSituation) async throws -> WhyTranscript {
    try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var mask = WhyMask(keeping: scene.servers.map(\.pid))
        var transcript = WhyTranscript()
        for question in situation.questions(about: scene.port) {
          let why = try Why.parse(question)
          let diagnoses = try why.quietDiagnoses(.harmless).map { try mask.masked($0) }
          for form in [[], ["-v"]] {
            let title = "$ sockdiag why \((question + form).map(ShellWord.quoted).joined(separator: " "))\n"
            if !transcript.text.isEmpty { transcript.text.append(0x0a) }
            transcript.text += Array(title.utf8) + (try Why.parse(question + form)).text(diagnoses)
          }
          transcript.documents.append(why.encoded(diagnoses))
        }
        return transcript
      }
    }
  }

  /// The documents as one array that a person can read.
  var prettyDocuments: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let values = try documents.map { try JSONValue(parsing: $0) }
      return Array(try encoder.encode(JSONValue.array(values))) + [0x0a]
    }
  }
}

/// Replaces the parts that differ between runs: numbers from the kernel, the user and program that run the tests, and
/// other programs of the host.
struct WhyMask {
  private let servers: Set<Int32>
  private var pids: [Int32: Int32] = [:]
  private var inodes: [JSONValue: Double] = [:]
  private var cookies: [JSONValue: Int] = [:]

  init(keeping servers: [Int32]) { self.servers = Set(servers) }

  mutating func masked(_ diagnosis: Diagnosis) throws -> Diagnosis {
    var diagnosis = diagnosis
    for index in diagnosis.sockets.indices { try mask(&diagnosis.sockets[index]) }
    diagnosis.blindSpots.remove(.otherNamespaces)
    diagnosis.restraints = BindRestraints()
    diagnosis.redirections = nil
    diagnosis.origins = Dictionary(
      diagnosis.sockets.flatMap(\.processes).map { ($0.process.pid, Self.origin) },
      uniquingKeysWith: { first, _ in first })
    diagnosis.elsewhere = try diagnosis.elsewhere.filter { listener in
      listener.process.map { servers.contains($0.process.pid) } ?? false
    }.map { listener in
      var listener = listener
      listener.namespace = 1
      listener.socket = try record(listener.socket)
      listener.process = listener.process.map { details($0) }
      return listener
    }
    return diagnosis
  }

  /// An origin for processes of the laboratory, whose own is that of the tests.
  private static let origin = ProcessOrigin(
    age: .seconds(750), workingDirectory: Array("/srv/www".utf8), terminal: "pts/3",
    ancestors: [("bash", 15980), ("sshd", 1201)].map { ProcessOrigin.Ancestor(pid: $1, command: Array($0.utf8)) })

  private mutating func mask(_ socket: inout DiagnosedSocket) throws {
    socket.socket = try record(socket.socket)
    socket.holders = socket.holders.map { holder in
      var holder = holder
      holder.pid = number(holder.pid)
      return holder
    }
    socket.processes = socket.processes.map { details($0) }
    // On a busy machine some time may pass before the question.
    if case .after(let rest) = socket.release, rest > .zero, rest <= .seconds(61) {
      socket.release = .after(.seconds(60))
    }
  }

  private mutating func number(_ pid: Int32) -> Int32 {
    let number = pids[pid] ?? 4711 + Int32(pids.count)
    pids[pid] = number
    return number
  }

  /// Name and user belong to the situation; the rest belongs to whatever runs the tests.
  private mutating func details(_ process: ProcessDetails) -> ProcessDetails {
    var details = ProcessDetails(
      process: HoldingProcess(pid: number(process.process.pid), startTicks: 1), command: process.command)
    details.uid = process.uid
    details.arguments = [Array("/usr/bin/".utf8) + process.command, Array("--port=8080".utf8)]
    return details
  }

  private mutating func record(_ socket: InetSocket) throws -> InetSocket {
    guard case .object(var members) = try JSONValue(parsing: try JSONEncoder().encode(socket)) else { return socket }
    if let inode = members["inode"], inode != .number(0) {
      let number = inodes[inode] ?? Double(1001 + inodes.count)
      inodes[inode] = number
      members["inode"] = .number(number)
    }
    if let cookie = members["cookie"] {
      let number = cookies[cookie] ?? 1 + cookies.count
      cookies[cookie] = number
      members["cookie"] = .string(String(number))
    }
    if members["cgroup_id"] != nil { members["cgroup_id"] = .number(1) }
    if case .object(var timer)? = members["timer"] {
      timer["expires_ms"] = .number(60000)
      members["timer"] = .object(timer)
    }
    return try JSONDecoder().decode(InetSocket.self, from: try JSONEncoder().encode(JSONValue.object(members)))
  }
}
