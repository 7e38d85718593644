/// An nf_tables rule that sends the port's traffic elsewhere, so that a program that binds the port receives none of
/// it.
///
/// Docker, Podman and kube-proxy publish ports with such rules.
public struct PortRedirection: Hashable, Sendable {
  /// The family of the table: `ip`, `ip6` or `inet`.
  public var family: String
  /// The name of the table.
  public var table: String
  /// The chain with the rule.
  public var chain: String
  /// The destination of connections, such as `172.17.0.2:80`, or `:80` for another port of this host; `nil` if the rule
  /// takes it from a map.
  public var destination: String?
  /// Whether the rule has conditions other than the port that were not evaluated, such as an interface.
  public var isConditional: Bool
  /// Whether it applies to connections from this host, and not to those from outside.
  public var isForLocalClients: Bool

  /// Creates a redirection.
  public init(
    family: String, table: String, chain: String, destination: String?, isConditional: Bool, isForLocalClients: Bool
  ) {
    self.family = family
    self.table = table
    self.chain = chain
    self.destination = destination
    self.isConditional = isConditional
    self.isForLocalClients = isForLocalClients
  }
}

/// The known redirections of a port.
public struct PortRedirections: Hashable, Sendable {
  /// Those in nf_tables, which iptables uses too; `nil` if they could not be read, which needs CAP_NET_ADMIN.
  public var rules: [PortRedirection]?
  /// Whether the tables of the old iptables contain NAT rules, which are not read.
  public var hasLegacyNATTables: Bool

  /// Creates the value.
  public init(rules: [PortRedirection]?, hasLegacyNATTables: Bool) {
    self.rules = rules
    self.hasLegacyNATTables = hasLegacyNATTables
  }
}
