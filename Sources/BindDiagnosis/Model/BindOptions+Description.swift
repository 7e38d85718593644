extension BindOptions {
  private static let names: [(option: BindOptions, name: String)] = [
    (.reuseAddress, "SO_REUSEADDR"), (.reusePort, "SO_REUSEPORT"), (.v6Only, "IPV6_V6ONLY"),
    (.freebind, "IP_FREEBIND"), (.transparent, "IP_TRANSPARENT"),
    (.bindAddressNoPort, "IP_BIND_ADDRESS_NO_PORT"), (.reusePortProgram, "SO_ATTACH_REUSEPORT_EBPF"),
  ]

  /// The kernel's names of the options that are set.
  public var kernelNames: [String] { Self.names.filter { contains($0.option) }.map(\.name) }

  /// Each option that is set, as a set of its own.
  package var each: [BindOptions] { Self.names.map(\.option).filter(contains) }
}

extension BindOptions: CustomStringConvertible {
  /// The kernel's names: `SO_REUSEADDR and SO_REUSEPORT`, or `no socket options`.
  public var description: String { isEmpty ? "no socket options" : Phrase.list(kernelNames) }
}
