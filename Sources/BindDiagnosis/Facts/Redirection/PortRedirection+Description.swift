extension PortRedirection: CustomStringConvertible {
  /// A sentence: where the rule sends connections, and where the rule is.
  public var description: String {
    let clients = isForLocalClients ? ", for clients on this host" : ""
    let condition = isConditional ? ", on conditions that were not checked" : ""
    return
      "To \(destination ?? "an address from a map")\(clients)\(condition): a rule in chain \(chain) of table \(family)"
      + " \(table)."
  }
}
