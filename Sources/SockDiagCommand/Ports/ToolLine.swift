internal import BindDiagnosis
internal import Glibc
internal import SockDiag

/// Commands of this tool that ask the same question about bind() again.
///
/// They repeat the whole question. Without an address, an interface or an option it would be another one, and `wait` would
/// wait for sockets that do not conflict.
struct ToolLine {
  private let requests: [BindRequest]
  private let namespace: String?

  /// - Parameter requests: The requests, one for each address.
  init(_ requests: [BindRequest], namespace: String?) {
    self.requests = requests
    self.namespace = namespace
  }

  /// A command, or one for each address if a single one cannot express the question.
  func question(_ subcommand: String, _ option: String?) -> [String] {
    let wildcards = Set(requests.map(\.local.address)) == [.anyV4, .anyV6]
    if wildcards, Set(requests.map(words)).count == 1, let request = requests.first {
      return [line(subcommand, "\(request.local.port)", request, option)]
    }
    return requests.map { line(subcommand, PortPlace($0).text, $0, option) }
  }

  /// The question with a placeholder for the interface.
  func question(namingInterface interface: String) -> [String] {
    requests.map { line("why", "[\($0.local.address)%\(interface)]:\($0.local.port)", $0, nil) }
  }

  private func line(_ subcommand: String, _ place: String, _ request: BindRequest, _ option: String?) -> String {
    let parts = ["sockdiag", subcommand, ShellWord.quoted(place)] + words(request) + (option.map { [$0] } ?? [])
    return (parts + Self.suffix(request.protocol, namespace)).joined(separator: " ")
  }

  /// The options that every command needs for the same protocol and namespace.
  static func suffix(_ transport: TransportProtocol, _ namespace: String?) -> [String] {
    (transport == .udp ? ["--udp"] : []) + (namespace.map { ["--netns \(ShellWord.quoted($0))"] } ?? [])
  }

  /// The description of the bind() as options.
  private func words(_ request: BindRequest) -> [String] {
    var words: [String] = []
    if request.options.contains(.reuseAddress) { words.append("--reuseaddr") }
    if request.options.contains(.reusePort) { words.append("--reuseport") }
    if request.options.contains(.reusePortProgram) { words.append("--reuseport-program") }
    if request.options.contains(.v6Only), request.local.address.family == .inet6 { words.append("--v6only") }
    // Both have the same effect on bind().
    if !request.options.isDisjoint(with: [.freebind, .transparent]) { words.append("--freebind") }
    if request.uid != geteuid() { words.append("--uid \(request.uid)") }
    if request.interfaceIndex != 0 {
      var interfaces = InterfaceNames(.host)
      let name = interfaces.name(request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
      // An interface that is gone has no name. The number keeps the question the same.
      words.append("--device \(ShellWord.quoted(name ?? "\(request.interfaceIndex)"))")
    }
    return words
  }
}

/// Runs commands without a namespace option in another network namespace.
enum NamespaceEntry {
  /// The command line that runs a command in the namespace of `--netns`.
  static func command(_ command: String, in namespace: String?) -> String {
    guard let namespace else { return command }
    if namespace.contains("/") { return "nsenter --net=\(ShellWord.quoted(namespace)) \(command)" }
    let isProcess = namespace.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isProcess
      ? "nsenter -t \(namespace) -n \(command)" : "ip netns exec \(ShellWord.quoted(namespace)) \(command)"
  }
}
