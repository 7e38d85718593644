/// A set of socket states.
///
/// Kernel: `TCPF_*`, net/tcp_states.h: bit n stands for state n.
public struct SocketStateSet: OptionSet, Hashable, Sendable, Codable {
  /// The kernel's bits.
  public let rawValue: UInt32

  /// Creates a set from the kernel's bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Creates a set of one state. A state above 31 makes an empty set; no kernel has one.
  public init(_ state: SocketState) { rawValue = state.rawValue < 32 ? 1 << UInt32(state.rawValue) : 0 }

  /// See ``SocketState/established``.
  public static let established = SocketStateSet(SocketState.established)
  /// See ``SocketState/synSent``.
  public static let synSent = SocketStateSet(SocketState.synSent)
  /// See ``SocketState/synReceived``.
  public static let synReceived = SocketStateSet(SocketState.synReceived)
  /// See ``SocketState/finWait1``.
  public static let finWait1 = SocketStateSet(SocketState.finWait1)
  /// See ``SocketState/finWait2``.
  public static let finWait2 = SocketStateSet(SocketState.finWait2)
  /// See ``SocketState/timeWait``.
  public static let timeWait = SocketStateSet(SocketState.timeWait)
  /// See ``SocketState/close``.
  public static let close = SocketStateSet(SocketState.close)
  /// See ``SocketState/closeWait``.
  public static let closeWait = SocketStateSet(SocketState.closeWait)
  /// See ``SocketState/lastAcknowledgement``.
  public static let lastAcknowledgement = SocketStateSet(SocketState.lastAcknowledgement)
  /// See ``SocketState/listen``. A query for it alone costs microseconds; with any other state it walks all sockets.
  public static let listen = SocketStateSet(SocketState.listen)
  /// See ``SocketState/closing``.
  public static let closing = SocketStateSet(SocketState.closing)
  /// See ``SocketState/boundInactive``. It needs a walk over all bound ports.
  public static let boundInactive = SocketStateSet(SocketState.boundInactive)

  /// Every state that `ss -a` shows: all but ``boundInactive``, which needs a separate walk.
  public static let all: SocketStateSet = [
    .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .close, .closeWait, .lastAcknowledgement,
    .listen, .closing,
  ]
  /// All but `listen` and `close`.
  public static let connected = all.subtracting([.listen, .close])
  /// All of ``connected`` but `syn-sent`.
  public static let synchronized = connected.subtracting(.synSent)
  /// The states that the kernel keeps in small records: `syn-recv` and `time-wait`.
  public static let bucket: SocketStateSet = [.synReceived, .timeWait]
  /// All but ``bucket``.
  public static let big = all.subtracting(bucket)

  /// Names of groups as in the filters of `ss`.
  public static let groups: [(name: String, states: SocketStateSet)] = [
    ("all", .all), ("connected", .connected), ("synchronized", .synchronized), ("bucket", .bucket), ("big", .big),
  ]

  /// Creates a set from the name of a state, see ``SocketState/init(name:)``, or of a group of states in the filters of
  /// `ss`, in any case.
  public init?(name: some StringProtocol) {
    guard name.utf8.count <= 17 else { return nil }
    let spelling = name.lowercased()
    if let group = Self.groups.first(where: { $0.name == spelling }) {
      self = group.states
    } else if let state = SocketState(name: name), (1...13).contains(state.rawValue) || state.isOfAssociation {
      self.init(state)
    } else {
      return nil
    }
  }

  /// Whether a state belongs to the set.
  ///
  /// A state that only SCTP associations have also belongs to a set that has the corresponding state of TCP, so that
  /// groups such as ``connected`` mean the same for all protocols.
  public func contains(state: SocketState) -> Bool {
    if !isDisjoint(with: SocketStateSet(state)) { return true }
    guard let counterpart = state.counterpart else { return false }
    return !isDisjoint(with: SocketStateSet(counterpart))
  }
}
