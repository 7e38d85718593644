internal import Glibc
public import SocketLaboratory

extension NetworkNamespace {
  /// Whether a program that ``run(_:input:timeout:)`` may be given lies in one of the folders of `PATH`.
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
