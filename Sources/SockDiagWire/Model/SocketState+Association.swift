extension SocketState {
  /// Creates a state from the kernel's number for the state of an SCTP association.
  ///
  /// Two of the states are TCP's as well. The number of an unknown state gets its highest bit set, so that it is not
  /// taken for one of TCP's.
  ///
  /// Kernel: `enum sctp_state`, net/sctp/constants.h.
  init(association number: UInt8) {
    self =
      Int(number) < Self.associationNumbers.count
      ? Self.associationNumbers[Int(number)] : SocketState(rawValue: number | 0x80)
  }

  /// The kernel's number for the state of an SCTP association; the inverse of `init(association:)`.
  package var associationNumber: UInt8 {
    Self.associationNumbers.firstIndex(of: self).map { UInt8($0) } ?? rawValue & 0x7f
  }

  /// Creates a state from the kernel's number for the state of a DCCP socket.
  ///
  /// Most are TCP's. Two come after TCP's last, which Linux 6.8 moved from 12 to 13: PARTOPEN, in which a client waits
  /// for the acknowledgement of its own, and PASSIVE_CLOSEREQ, in which the server asked it to close. The number 14 is
  /// the first since 6.8 and was the second before. A client is in the second only for a moment, so it is taken for the
  /// first.
  ///
  /// Kernel: `enum dccp_state`, linux/dccp.h, until 6.15.
  init(dccp number: UInt8) {
    switch number {
    case 13, 14: self = .established
    case 15: self = .closeWait
    default: self.init(rawValue: number)
    }
  }

  /// At the index of the kernel's number.
  private static let associationNumbers: [SocketState] = [
    .close, .cookieWait, .cookieEchoed, .established, .shutdownPending, .shutdownSent, .shutdownReceived,
    .shutdownAcknowledged,
  ]

  /// Whether only SCTP associations have the state.
  var isOfAssociation: Bool { counterpart != nil }

  /// The state in which a TCP connection would be, of a state that only SCTP associations have.
  var counterpart: SocketState? {
    switch self {
    case .cookieWait, .cookieEchoed: .synSent
    case .shutdownPending: .finWait1
    case .shutdownSent: .finWait2
    case .shutdownReceived: .closeWait
    case .shutdownAcknowledged: .lastAcknowledgement
    default: nil
    }
  }
}
