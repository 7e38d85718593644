extension InetSocket: FilterSubject {
  /// Answers one condition of a filter, as the kernel's own filter program would.
  public func answer(to question: FilterQuestion) -> Bool? {
    switch question.condition {
    case .states(let states): states == .everyState || states.contains(state: state)
    case .ports(.local, let ports): ports.contains(local.port)
    case .ports(.remote, let ports): ports.contains(remote.port)
    case .address(.local, let prefix): prefix.contains(local.address)
    case .address(.remote, let prefix): prefix.contains(remote.address)
    case .interface(let index): source == .procNet ? nil : interfaceIndex == index
    case .mark(let value, let mask) where value & ~mask == 0 && mask != 0: mark.map { $0 & mask == value }
    case .cgroup(let id): (cgroupID ?? (isMinisocket ? 0 : nil)).map { $0 == id }
    case .autobound: isMinisocket ? true : nil
    case .figure(let figure, let range): value(of: figure).isWithin(range)
    // It follows from other sockets and from the addresses of the host.
    case .direction: nil
    case .family, .mark, .end, .holder: commonAnswer(to: question.condition)
    }
  }

  /// The value of a figure.
  func value(of figure: FilterFigure) -> FilterFigure.Reading {
    switch figure.source {
    // An event has no user, even if the socket had one.
    case .uid: uid.map { .value(UInt64($0)) } ?? (isMinisocket ? .none : .unknown)
    case .tcpMember(let index): tcpMember(index, figure.unit)
    default: read(figure)
    }
  }

  /// The offsets of all that the kernel fills in for a listener: unacked, sacked, snd_cwnd, reordering and the pacing rates
  /// (tcp_get_info, net/ipv4/tcp.c). Its other members are zero and have no meaning.
  private static let membersOfListeners: Set<Int> = [24, 28, 80, 88, 104, 112]
  /// The offset of `tcpi_min_rtt`, all ones before the first measurement.
  private static let minimumRTT = 148

  private func tcpMember(_ index: Int, _ unit: FilterFigure.Unit) -> FilterFigure.Reading {
    // Read in place: copying the structure costs more than everything else here.
    guard !boxedAttributes.isEmpty, boxedAttributes[0].tcpInfo.byteCount > 0 else {
      let hasNone = !self.protocol.hasTCPInfo || isMinisocket || state == .boundInactive
      return hasNone ? .none : .unknown
    }
    let (offset, width) = (TCPInfo.fields[index].offset, TCPInfo.fields[index].width)
    if state == .listen, !Self.membersOfListeners.contains(offset) { return .none }
    guard let value = boxedAttributes[0].tcpInfo.value(at: offset, width) else { return .unknown }
    if offset == Self.minimumRTT, value == UInt32.max { return .none }
    let (product, isTooLarge) = value.multipliedReportingOverflow(by: max(unit.rawValue, 1))
    return .value(isTooLarge ? .max : product)
  }
}
