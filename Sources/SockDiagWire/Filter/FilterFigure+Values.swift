extension FilterFigure {
  /// The number that a socket has; `nil` if it has none, or if its record lacks it. Times are in microseconds.
  package func value(of socket: InetSocket) -> UInt64? { socket.value(of: self).number }

  /// The number that a socket of any family has; `nil` if it has none, or if its record lacks it.
  package func commonValue(of socket: some KernelSocket) -> UInt64? { socket.read(self).number }

  /// The details that a reply must contain for this figure.
  package var neededDetails: InetDetails {
    if case .tcpMember = source { .tcpInfo } else { [] }
  }
}

extension FilterFigure.Reading {
  fileprivate var number: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }
}
