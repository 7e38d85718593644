import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit

/// Copies of the built programs in a folder where every user may run them; the folder of a checkout may be closed to
/// others.
final class Programs: Sendable {
  let command: String
  let attempt: String
  let restrained: String
  /// Whether Landlock can restrict ports, as it can since Linux 6.7.
  let restrainsPorts: Bool
  private let folder: String

  init() throws {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let built = bundle.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    let names = ["sockdiag", "bind-attempt", "restrained"]
    // A process that is started meanwhile would keep a copy open for writing, and then it cannot be run.
    try ProcessStarts.heldOff {
      for name in names { try FileManager.default.copyItem(atPath: built + "/" + name, toPath: folder + "/" + name) }
    }
    for path in [""] + names.map({ "/" + $0 }) {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + path)
    }
    (command, attempt, restrained) = (folder + "/sockdiag", folder + "/bind-attempt", folder + "/restrained")
    self.folder = folder
    restrainsPorts = try LabNamespace.withNew { [restrained] namespace in
      try namespace.run([restrained, "landlock-bind", "--", "true"]).status == 0
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
