extension FilterFigure {
  /// Every figure by its name, in the order used in messages.
  package static let all: [FilterFigure] = [userID, inode, cookie, receiveQueue, sendQueue] + tcpMembers

  private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// Creates a figure from its name: `uid`, `inode`, `cookie`, `recv-q`, `send-q`, or a member of `tcp_info` such as
  /// `total_retrans`.
  public init?(name: String) {
    guard let figure = Self.byName[name] else { return nil }
    self = figure
  }
}

extension FilterTime {
  /// Creates a time figure from the name of a member of `tcp_info`, such as `min_rtt`; `nil` if that member is not a
  /// time.
  public init?(name: String) {
    guard let figure = FilterFigure(name: name), figure.isTime else { return nil }
    self.init(figure)
  }
}
