/// The state of an SMC socket.
///
/// Kernel: `enum smc_state`, net/smc/smc.h.
public struct SMCState: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a state from the kernel's number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Connected. Kernel: `SMC_ACTIVE`.
  public static let active = SMCState(rawValue: 1)
  /// New, bound or connecting. Kernel: `SMC_INIT`.
  public static let initial = SMCState(rawValue: 2)
  /// Closed. Kernel: `SMC_CLOSED`.
  public static let closed = SMCState(rawValue: 7)
  /// Waiting for connections. Kernel: `SMC_LISTEN`.
  public static let listen = SMCState(rawValue: 10)
  /// Closed here; the peer has not reacted. Kernel: `SMC_PEERCLOSEWAIT1`.
  public static let peerCloseWait1 = SMCState(rawValue: 20)
  /// Closed here; the peer may still send. Kernel: `SMC_PEERCLOSEWAIT2`.
  public static let peerCloseWait2 = SMCState(rawValue: 21)
  /// The peer has closed; the program here has not. Kernel: `SMC_APPCLOSEWAIT1`.
  public static let applicationCloseWait1 = SMCState(rawValue: 22)
  /// The peer has closed, and the program here sends no more. Kernel: `SMC_APPCLOSEWAIT2`.
  public static let applicationCloseWait2 = SMCState(rawValue: 23)
  /// Both sides have shut down sending; the program here has not closed. Kernel: `SMC_APPFINCLOSEWAIT`.
  public static let applicationFinalCloseWait = SMCState(rawValue: 24)
  /// Closed here after the peer stopped sending; the peer has not closed. Kernel: `SMC_PEERFINCLOSEWAIT`.
  public static let peerFinalCloseWait = SMCState(rawValue: 25)
  /// Aborted here; the peer has not reacted. Kernel: `SMC_PEERABORTWAIT`.
  public static let peerAbortWait = SMCState(rawValue: 26)
  /// Aborted by the peer. Kernel: `SMC_PROCESSABORT`.
  public static let processAbort = SMCState(rawValue: 27)

  private static let table: [(state: SMCState, name: String, socketState: SocketState)] = [
    (.active, "active", .established), (.initial, "init", .close), (.closed, "closed", .close),
    (.listen, "listen", .listen), (.peerCloseWait1, "peer-close-wait-1", .finWait1),
    (.peerCloseWait2, "peer-close-wait-2", .finWait2), (.applicationCloseWait1, "app-close-wait-1", .closeWait),
    (.applicationCloseWait2, "app-close-wait-2", .closeWait),
    (.applicationFinalCloseWait, "app-fin-close-wait", .closeWait),
    (.peerFinalCloseWait, "peer-fin-close-wait", .lastAcknowledgement), (.peerAbortWait, "peer-abort-wait", .closing),
    (.processAbort, "process-abort", .closing),
  ]

  /// The state of TCP that comes closest, for tables and filters. An unknown state is kept as its number.
  public var socketState: SocketState {
    Self.table.first { $0.state == self }?.socketState ?? SocketState(rawValue: rawValue)
  }

  /// Creates a state from its name or its number.
  public init?(name: some StringProtocol) {
    if let known = Self.table.first(where: { $0.name == name }) {
      self = known.state
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}

extension SMCState: CustomStringConvertible {
  /// The name of the state, after that of the kernel, or its number.
  public var description: String { Self.table.first { $0.state == self }?.name ?? String(rawValue) }
}
