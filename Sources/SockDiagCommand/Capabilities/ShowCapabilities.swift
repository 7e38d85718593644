internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// `sockdiag capabilities`: shows what this kernel can tell about sockets.
struct ShowCapabilities: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capabilities",
    abstract: "Shows what this kernel can tell about sockets, and what would provide the rest.",
    discussion: """
      The kernel reports each kind of sockets through a handler, which may be a module of its own. Anybody's first request \
      for a kind loads its module, also that of 'sockdiag list' or 'ss'. This command asks only where nothing is loaded, \
      unless --load is given.

      If a handler is missing, some kinds are read from a table in /proc/net, which has fewer fields.

      To try the features it makes two TCP sockets on 127.0.0.1 and closes them again.

      Exit status: 0 the kernel was asked; 75 it cannot be asked, because netlink is forbidden or sock_diag is missing.

      FEATURES
      \(features)
      """)

  @Flag(help: "Ask for every kind, which loads the modules that are installed.")
  var load = false

  @Flag(help: "One JSON object.")
  var json = false

  @OptionGroup(title: "Where") var namespace: NamespaceOption
  @OptionGroup var colour: ColourOption

  func run() throws {
    try namespace.enter()
    var inspector = try SocketInspector()
    let modules = KernelModules(configuration: KernelConfiguration.read())
    let capabilities = try Progress.during("asking the kernel") { () throws(SockDiagError) in
      try inspector.capabilities(modules: modules, loading: load)
    }
    var output = ByteOutput()
    if json {
      output.bytes.appendJSON(CapabilityFields(capabilities: capabilities))
      output.bytes.append(UInt8(ascii: "\n"))
    } else {
      var prose = Prose(.standardOutput(colour.color))
      CapabilityText.append(capabilities, to: &prose)
      output.bytes += prose.bytes
    }
    try output.flush()
    var remarks = Remarks()
    if let refusal = capabilities.refusal { remarks.add(refusal.description, .partial) }
    try remarks.end()
  }

  private static var features: String {
    KernelFeature.all.map { feature in
      "  \(feature.rawValue): \(feature.explanation)\(feature.requirement.map { "; \($0)" } ?? "")."
    }.joined(separator: "\n")
  }
}
