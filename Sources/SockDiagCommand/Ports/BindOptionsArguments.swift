internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// The options that describe a bind().
struct BindOptionsArguments: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      """
      Bind as servers of this kind do: \(Preset.names.joined(separator: ", ")). Without it, as a C program that sets no \
      option.
      """,
      valueName: "kind"),
    completion: .list(Preset.names))
  var kind: String?

  @Flag(name: .shortAndLong, help: "TCP, the default.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP instead of TCP.")
  var udp = false

  @Flag(name: .customLong("reuseaddr"), help: "With SO_REUSEADDR.")
  var reuseAddress = false

  @Flag(name: .customLong("reuseport"), help: "With SO_REUSEPORT.")
  var reusePort = false

  @Flag(
    name: .customLong("reuseport-program"),
    help: "With --reuseport: a BPF program that chooses among the sockets is attached before bind().")
  var reusePortProgram = false

  @Flag(name: .customLong("v6only"), help: "With IPV6_V6ONLY: an IPv6 socket that refuses IPv4.")
  var v6Only = false

  @Flag(help: "With IP_FREEBIND: the host does not need to have the address.")
  var freebind = false

  @Option(
    help: ArgumentHelp("The user of the process that binds; by default you.", valueName: "user"),
    completion: Completions.user)
  var uid: String?

  @Option(
    help: ArgumentHelp("Bound to an interface with SO_BINDTODEVICE.", valueName: "interface"),
    completion: Completions.interface)
  var device: String?

  /// The kind of `--as`; `nil` without it. An unknown name has been refused before.
  var preset: Preset? {
    get { kind.flatMap { Preset(named: $0) } }
    set { kind = newValue?.rawValue }
  }

  mutating func validate() throws {
    if let kind, preset == nil { throw ValidationError(Preset.refusal(of: kind)) }
  }

  /// The protocol of the question.
  func transport(of port: PortArgument) throws(CommandFailure) -> TransportProtocol {
    try port.singleTransport(tcp: tcp, udp: udp)
  }

  /// The question that the options and the protocol of a port describe.
  func question(of port: PortArgument) throws(CommandFailure) -> BindQuestion { try question(transport(of: port)) }

  /// The question that the options describe, for a protocol.
  func question(_ transport: TransportProtocol) throws(CommandFailure) -> BindQuestion {
    let preset = preset ?? .c
    guard preset.supports(transport) else {
      throw .usage("--as \(preset.rawValue) is about TCP; leave --udp or --as out")
    }
    var question = BindQuestion(transport, preset)
    if reuseAddress { question.options.insert(.reuseAddress) }
    if reusePort { question.options.insert(.reusePort) }
    if freebind { question.options.insert(.freebind) }
    if v6Only { question.options.insert(.v6Only) }
    if reusePortProgram {
      guard reusePort else { throw .usage("--reuseport-program needs --reuseport, as in the kernel") }
      question.options.insert(.reusePortProgram)
    }
    question.uid = try userNumber()
    question.interfaceIndex = try interfaceIndex()
    return question
  }

  /// The bind() requests, one for each address.
  func requests(_ port: PortArgument) throws(CommandFailure) -> [BindRequest] {
    try question(of: port).requests(port)
  }

  /// The user of `--uid`; `nil` without it.
  func userNumber() throws(CommandFailure) -> UInt32? {
    try uid.map { text throws(CommandFailure) in try Self.uid(text) }
  }

  private func interfaceIndex() throws(CommandFailure) -> UInt32 {
    guard let device else { return 0 }
    // SAFETY: the name is copied.
    let index = unsafe if_nametoindex(device)
    guard index != 0 else { throw .usage("--device: there is no interface '\(device)'; 'ip link' shows them") }
    return index
  }

  private static func uid(_ text: String) throws(CommandFailure) -> UInt32 {
    if let number = UInt32(text), number != .max { return number }
    // SAFETY: the entry is read at once, and no other thread asks.
    if let entry = unsafe getpwnam(text) { return unsafe entry.pointee.pw_uid }
    throw .usage("--uid: there is no user '\(text)'; give a name or a number")
  }
}
