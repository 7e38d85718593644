internal import Glibc
public import SocketLaboratory

extension LabNamespace {
  /// Whether a folder of `PATH` has a program of this name.
  public static func hasProgram(_ name: String) -> Bool {
    // SAFETY: the pointer is copied at once, and nothing in this process changes the environment.
    guard let value = unsafe getenv("PATH") else { return false }
    // SAFETY: getenv returns a terminated string.
    return unsafe String(cString: value).split(separator: ":").contains { folder in
      // SAFETY: access copies the path.
      unsafe access("\(folder)/\(name)", X_OK) == 0
    }
  }
}
