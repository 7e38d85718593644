public import SockDiag

/// A problem of a host, present or imminent, with the figure that shows it and a remedy.
public struct Finding: Sendable, Hashable, Codable {
  /// The rule that found it.
  public var rule: FindingRule
  /// The severity.
  public var severity: FindingSeverity
  /// The figure.
  public var figure: UInt64
  /// The maximum of the figure; `nil` if anything but 0 is a finding.
  public var limit: UInt64?
  /// The unit of the figure, such as `ports`.
  public var unit: String
  /// The subject.
  public var subject: Subject
  /// The problem, with the figures. No full stop.
  public var text: String
  /// The consequence and the remedy. No full stop.
  public var advice: String
  /// The command that helps, to be run as root; `nil` if no single command does.
  public var remedy: String?

  /// The subject of a finding, as far as it is a single thing.
  public struct Subject: Sendable, Hashable, Codable {
    /// The protocol.
    public var `protocol` = TransportProtocol.tcp
    /// The address and port of a listener or connection.
    public var local: SocketAddress?
    /// The address from which connections are made.
    public var source: IPAddress?
    /// The destination of connections.
    public var remote: SocketAddress?
    /// The responsible process; `nil` if none is known. Its name comes from another program.
    public var process: FilterHolder?

    /// Creates a subject.
    public init(
      _ protocol: TransportProtocol = .tcp, local: SocketAddress? = nil, source: IPAddress? = nil,
      remote: SocketAddress? = nil, process: FilterHolder? = nil
    ) {
      self.protocol = `protocol`
      self.local = local
      self.source = source
      self.remote = remote
      self.process = process
    }
  }

  /// Creates a finding.
  public init(
    _ rule: FindingRule, _ severity: FindingSeverity, figure: UInt64, limit: UInt64?, unit: String,
    subject: Subject = Subject(), text: String, advice: String, remedy: String? = nil
  ) {
    self.rule = rule
    self.severity = severity
    self.figure = figure
    self.limit = limit
    self.unit = unit
    self.subject = subject
    self.text = text
    self.advice = advice
    self.remedy = remedy
  }
}

extension Finding: CustomStringConvertible {
  /// The rule, the problem and the remedy, in one line.
  public var description: String {
    "\(rule.rawValue): \(text); \(advice)" + (remedy.map { ": \($0)" } ?? "")
  }
}

extension FilterHolder {
  /// The name and number of the process, for a sentence.
  var label: String { "\(command) (pid \(processID))" }
}
