extension FilterFigure {
  /// The members of `tcp_info` that are numbers, in the kernel's order. Bits and states are no figures to compare.
  package static let tcpMembers: [FilterFigure] = TCPInfo.fields.indices
    .filter { !["state", "options"].contains(TCPInfo.fields[$0].key) }
    .map(tcpMember)

  /// ``TCPInfo/smoothedRTT``, in microseconds.
  static let smoothedRTT = tcpMembers.first { $0.name == "rtt" } ?? tcpMembers[0]

  /// A member of `tcp_info`; its key ends in its unit.
  private static func tcpMember(_ index: Int) -> FilterFigure {
    let key = TCPInfo.fields[index].key
    for (suffix, unit) in [("_us", Unit.microseconds), ("_ms", .milliseconds), ("_bytes_per_second", .one)]
    where key.hasSuffix(suffix) {
      return FilterFigure(String(key.dropLast(suffix.utf8.count)), .tcpMember(index), unit)
    }
    return FilterFigure(key, .tcpMember(index))
  }
}

extension SocketFilter {
  /// The details that a reply must contain to decide the filter.
  public var neededDetails: InetDetails {
    let needsTCPInfo = node.contains {
      if case .figure(let figure, _) = $0, case .tcpMember = figure.source { true } else { false }
    }
    return needsTCPInfo ? .tcpInfo : []
  }
}
