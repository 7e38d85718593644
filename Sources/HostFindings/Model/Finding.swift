public import SockDiag

/// Something about a host that fails, or soon may, with the figure that shows it and what helps.
public struct Finding: Sendable, Hashable {
  /// The rule that found it.
  public var rule: FindingRule
  /// How bad it is.
  public var severity: FindingSeverity
  /// The figure that was looked at.
  public var figure: UInt64
  /// The most that the figure can or should be; `nil` where anything but 0 is a finding.
  public var limit: UInt64?
  /// What the figure counts, such as `ports`.
  public var unit: String
  /// What it is about.
  public var subject: Subject
  /// What was found, with the figures. No full stop.
  public var text: String
  /// What follows from it, and what helps. No full stop.
  public var advice: String

  /// What a finding is about, as far as that is one thing.
  public struct Subject: Sendable, Hashable {
    /// The protocol.
    public var `protocol` = TransportProtocol.tcp
    /// The address and port of a listener or connection.
    public var local: SocketAddress?
    /// The address from which connections are made.
    public var source: IPAddress?
    /// The destination of connections.
    public var remote: SocketAddress?
    /// The process that is to blame; `nil` where none is known. Its name is other people's words.
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
    subject: Subject = Subject(), text: String, advice: String
  ) {
    self.rule = rule
    self.severity = severity
    self.figure = figure
    self.limit = limit
    self.unit = unit
    self.subject = subject
    self.text = text
    self.advice = advice
  }
}

extension Finding: CustomStringConvertible {
  /// The rule, what was found and what helps, as a line.
  public var description: String { "\(rule.rawValue): \(text); \(advice)" }
}

extension FilterHolder {
  /// The name and number of the process, as tables show them.
  var label: String { "\(command)(\(processID))" }
}
