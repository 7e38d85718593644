public import SockDiag
internal import SockDiagWire

/// What a ``MetricsCollector`` collects.
public struct MetricsConfiguration: Sendable {
  /// What owners of sockets are counted by.
  public enum Owner: String, Hashable, Sendable, CaseIterable, Codable {
    /// The name of the process that holds the socket.
    case process
    /// The systemd unit of that process.
    case unit
    /// The container of that process, by the id as its runtime shows it.
    case container
  }

  /// The TCP sockets; `nil` for none.
  public var tcp: SocketQuery?
  /// The UDP sockets; `nil` for none.
  public var udp: SocketQuery?
  /// The largest number of label sets of a family, without the one that takes the rest.
  ///
  /// The default is 50: few hosts have as many services, and a host with that many destinations besides has about 900
  /// series.
  public var limit = 50
  /// Whether the rules of `HostFindings` are checked. That takes walks over the sockets without details, about as much
  /// again as the metrics of sockets take. Without it there are no metrics of destinations either.
  public var checksRules = true
  /// The owners by which sockets are counted, besides their ports. The descriptors of all processes are then read in
  /// the first look, and what changed in later ones.
  public var owners: Set<Owner> = []
  /// The version of the program, for `sockdiag_build_info`; `nil` leaves it out.
  public var version: String?
  /// The receive buffer for announcements of ends, as in `SocketEvents`.
  public var receiveBuffer = SocketEvents.defaultReceiveBuffer

  /// Creates a configuration for all TCP and UDP sockets.
  public init() {
    tcp = SocketQuery(.tcp, states: .all)
    udp = SocketQuery(.udp, states: .all)
  }
}
