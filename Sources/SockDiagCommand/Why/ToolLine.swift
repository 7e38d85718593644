internal import BindDiagnosis
internal import Glibc
internal import SockDiag

/// A command of this tool for the same port.
struct ToolLine {
  private let request: BindRequest
  private let place: String
  private let suffix: String

  init(_ request: BindRequest, namespace: String?) {
    self.request = request
    let address = request.local.address
    // Who asks for a wildcard is in the way of all addresses, so commands may take the port alone.
    place =
      address.unmapped.isUnspecified
      ? "\(request.local.port)" : ShellWord.quoted(request.local.description)
    suffix =
      (request.protocol == .udp ? " --udp" : "") + (namespace.map { " --netns \(ShellWord.quoted($0))" } ?? "")
  }

  func text(_ subcommand: String, _ option: String? = nil) -> String {
    "sockdiag \(subcommand) \(place)\(option.map { " \($0)" } ?? "")\(suffix)"
  }

  /// The same question once more, with another option.
  func question(_ option: String, namesAddress: Bool) -> String {
    let flags: [(BindOptions, String)] = [
      (.reuseAddress, "--reuseaddr"), (.reusePort, "--reuseport"), (.v6Only, "--v6only"), (.freebind, "--freebind"),
    ]
    var words = flags.filter { request.options.contains($0.0) }.map(\.1)
    if request.uid != geteuid() { words.append("--uid \(request.uid)") }
    if request.interfaceIndex != 0 {
      var interfaces = InterfaceNames(.host)
      let name = interfaces.name(request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
      words += name.map { ["--device \(ShellWord.quoted($0))"] } ?? []
    }
    let place = namesAddress ? ShellWord.quoted(request.local.description) : place
    return "sockdiag why \(place) \((words + [option]).joined(separator: " "))\(suffix)"
  }
}

/// How a command gets to another network namespace that has no option for it.
enum NamespaceEntry {
  /// A command as it is to be run, if the namespace was given as `--netns` takes it.
  static func command(_ command: String, in namespace: String?) -> String {
    guard let namespace else { return command }
    if namespace.contains("/") { return "nsenter --net=\(ShellWord.quoted(namespace)) \(command)" }
    let isProcess = namespace.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isProcess
      ? "nsenter -t \(namespace) -n \(command)" : "ip netns exec \(ShellWord.quoted(namespace)) \(command)"
  }
}
