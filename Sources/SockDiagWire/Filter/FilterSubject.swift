/// A socket about which a filter can ask.
///
/// A family of your own needs nothing but the conformance: conditions on what all sockets have, such as the state, the user
/// and the queues, are answered from the members of `KernelSocket`.
public protocol FilterSubject: KernelSocket {
  /// Answers one condition of a filter, apart from those about processes; `nil` if the record does not tell.
  func answer(to question: FilterQuestion) -> Bool?
}

extension FilterSubject {
  /// Answers the conditions that have the same meaning in all families. No socket meets the others.
  public func answer(to question: FilterQuestion) -> Bool? { commonAnswer(to: question.condition) }
}

/// One condition of a filter, put to a socket.
public struct FilterQuestion: Hashable, Sendable {
  package let condition: FilterCondition
}

extension KernelSocket {
  /// Answers the conditions that have the same meaning in all families. Conditions about what other families have are not
  /// met: a netlink socket has no IP address.
  func commonAnswer(to condition: FilterCondition) -> Bool? {
    switch condition {
    case .states(let states): states == .everyState || states.contains(state: state)
    case .family(let family): self.family == family
    case .figure(let figure, let range): read(figure).isWithin(range)
    case .cgroup(let id): cgroupID.map { $0 == id }
    // Known for any mark.
    case .mark(let value, let mask) where value & ~mask != 0: false
    case .mark(_, mask: 0): true
    case .ports, .address, .interface, .mark, .autobound, .direction, .end, .holder: false
    }
  }

  /// The value of a figure that sockets of several families have.
  func read(_ figure: FilterFigure) -> FilterFigure.Reading {
    switch figure.source {
    case .uid: uid.map { .value(UInt64($0)) } ?? .unknown
    case .inode: .value(UInt64(inode))
    case .cookie: cookie.map { .value($0.rawValue) } ?? .unknown
    case .receiveQueue:
      switch queues {
      case .bytes(let count, _), .connections(let count, _): .value(UInt64(count))
      case nil: .unknown
      }
    case .sendQueue:
      switch queues {
      case .bytes(_, let count): .value(UInt64(count))
      case .connections(_, let limit): limit.map { .value(UInt64($0)) } ?? .unknown
      case nil: .unknown
      }
    case .tcpMember: .none
    }
  }
}
