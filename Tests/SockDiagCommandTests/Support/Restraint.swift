import SocketLaboratory
import SocketLaboratoryKit

/// Something that refuses bind() or hides what decides about it, which a command starts with.
struct Restraint: CustomStringConvertible, Sendable {
  /// What `restrained` is told.
  let words: [String]

  init(_ words: String...) { self.words = words }

  var description: String { words.joined(separator: " ") }

  /// The command line that runs a command with it.
  func command(_ command: [String]) throws -> [String] {
    [try Tool.program("restrained")] + words + ["--"] + command
  }

  /// Whether this kernel has it, and allows it here.
  var isPossible: Bool {
    get throws {
      let command = try command(["true"])
      return try LabNamespace.withNew { namespace in try namespace.run(command).status == 0 }
    }
  }

  /// What bind() of an address and port answers to a program that has it: 0 or an errno.
  func answer(_ address: String, _ port: Int, udp: Bool = false, in namespace: LabNamespace) throws -> Int32 {
    let script = """
      import socket, sys
      try:
        host, port = sys.argv[1], int(sys.argv[2])
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        kind = socket.SOCK_DGRAM if sys.argv[3] == 'udp' else socket.SOCK_STREAM
        socket.socket(family, kind).bind((host, port))
      except OSError as error:
        sys.exit(error.errno)
      """
    let command = try command(["python3", "-c", script, address, "\(port)", udp ? "udp" : "tcp"])
    return try namespace.run(command).status
  }
}
