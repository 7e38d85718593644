internal import BindDiagnosis
internal import Glibc
internal import SockDiag

/// Commands of this tool that ask the same of bind() once more.
///
/// They carry all that the question had, for an address, an interface or an option less is another question: `wait` would
/// wait for what does not conflict.
struct ToolLine {
  private let requests: [BindRequest]
  private let namespace: String?

  /// - Parameter requests: What was asked, for each of the addresses.
  init(_ requests: [BindRequest], namespace: String?) {
    self.requests = requests
    self.namespace = namespace
  }

  /// A command, or one for each address where a single one cannot say what was asked.
  func question(_ subcommand: String, _ option: String?) -> [String] {
    let wildcards = Set(requests.map(\.local.address)) == [.anyV4, .anyV6]
    if wildcards, Set(requests.map(words)).count == 1, let request = requests.first {
      return [line(subcommand, "\(request.local.port)", request, option)]
    }
    return requests.map { line(subcommand, PortPlace($0).text, $0, option) }
  }

  /// The question with an interface that somebody has to fill in.
  func question(namingInterface interface: String) -> [String] {
    requests.map { line("why", "[\($0.local.address)%\(interface)]:\($0.local.port)", $0, nil) }
  }

  private func line(_ subcommand: String, _ place: String, _ request: BindRequest, _ option: String?) -> String {
    let parts = ["sockdiag", subcommand, ShellWord.quoted(place)] + words(request) + (option.map { [$0] } ?? [])
    return (parts + Self.suffix(request.protocol, namespace)).joined(separator: " ")
  }

  /// What every command of this tool needs to look at the right sockets.
  static func suffix(_ transport: TransportProtocol, _ namespace: String?) -> [String] {
    (transport == .udp ? ["--udp"] : []) + (namespace.map { ["--netns \(ShellWord.quoted($0))"] } ?? [])
  }

  /// Who binds, as options.
  private func words(_ request: BindRequest) -> [String] {
    var words: [String] = []
    if request.options.contains(.reuseAddress) { words.append("--reuseaddr") }
    if request.options.contains(.reusePort) { words.append("--reuseport") }
    if request.options.contains(.reusePortProgram) { words.append("--reuseport-program") }
    if request.options.contains(.v6Only), request.local.address.family == .inet6 { words.append("--v6only") }
    // To bind() the two are one.
    if !request.options.isDisjoint(with: [.freebind, .transparent]) { words.append("--freebind") }
    if request.uid != geteuid() { words.append("--uid \(request.uid)") }
    if request.interfaceIndex != 0 {
      var interfaces = InterfaceNames(.host)
      let name = interfaces.name(request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
      // One that is gone has no name, and asking without it would be another question.
      words.append("--device \(ShellWord.quoted(name ?? "\(request.interfaceIndex)"))")
    }
    return words
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
