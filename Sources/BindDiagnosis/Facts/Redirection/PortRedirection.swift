/// A rule of nf_tables that sends what arrives for a port somewhere else, so that whoever binds the port gets none of it.
///
/// Docker, Podman and kube-proxy publish ports by such rules.
public struct PortRedirection: Hashable, Sendable {
  /// The family of the table: `ip`, `ip6` or `inet`.
  public var family: String
  /// The name of the table.
  public var table: String
  /// The chain that has the rule.
  public var chain: String
  /// Where the rule sends connections, such as `172.17.0.2:80`, or `:80` for another port of this host; `nil` if the rule
  /// takes it from a map.
  public var destination: String?
  /// Whether the rule has conditions besides the port that were not looked at, such as an interface.
  public var isConditional: Bool
  /// Whether it meets connections from this host, and not those that arrive from outside.
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

/// What is known of the rules that redirect a port.
public struct PortRedirections: Hashable, Sendable {
  /// Those of nf_tables, which iptables uses too; `nil` if they could not be read, which takes CAP_NET_ADMIN.
  public var rules: [PortRedirection]?
  /// Whether there are rules for NAT in the tables of the old iptables, which are not looked at.
  public var hasLegacyNATTables: Bool

  /// Creates an account.
  public init(rules: [PortRedirection]?, hasLegacyNATTables: Bool) {
    self.rules = rules
    self.hasLegacyNATTables = hasLegacyNATTables
  }
}
