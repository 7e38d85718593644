internal import SockDiag
internal import SockDiagWire

/// Writes samples to standard output.
struct StatsWriter: ~Copyable {
  enum Form {
    case table(StatsTable)
    /// A JSON object on a line for each sample.
    case lines
  }

  private var form: Form
  private var output = ByteOutput()

  init(_ form: Form) { self.form = form }

  /// Writes a sample at once, so that a reader of a pipe sees it.
  mutating func write(_ sample: StatsSample) throws(CommandFailure) {
    switch form {
    case .table(var table):
      try table.append(sample, to: &output)
      form = .table(table)
    case .lines: output.bytes.appendJSONLine(sample)
    }
    try output.flush()
  }
}

extension StatsSample: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("time", time.utc)
    writer.text("by", grouping.word)
    if isOfInterval { writer.milliseconds("elapsed_ms", elapsed) }
    if skipped > 0 { writer.number("skipped", skipped) }
    writer.object("total") { write(total, to: &$0) }
    writer.objects("groups", groups, isOnLines: false) { group, writer in
      if let name = group.name {
        name.writeFields(to: &writer)
      } else {
        writer.text("group", "(\(group.count.counted("other group")))")
        writer.boolean("is_rest", true)
        writer.number("groups", group.count)
      }
      write(group.sums, to: &writer)
    }
  }

  private func write<Writer: FieldWriter>(_ sums: SummaryGroup, to writer: inout Writer) {
    writer.number("sockets", sums.sockets)
    if isOfInterval, elapsed != nil {
      writer.number("appeared", sums.appeared)
      writer.number("ended", sums.ended)
    }
    writer.number("receive_queue", sums.receiveQueue)
    writer.number("send_queue", sums.sendQueue)
    writer.number("accept_queue", sums.acceptQueue)
    let counters = sums.counters
    writer.number("bytes_received", counters.bytesReceived)
    writer.number("bytes_acked", counters.bytesAcknowledged)
    writer.number("bytes_retrans", counters.bytesRetransmitted)
    writer.number("segs_in", counters.segmentsReceived)
    writer.number("segs_out", counters.segmentsSent)
    writer.number("segs_retrans", counters.segmentsRetransmitted)
    writer.number("drops", counters.drops)
    let times = sums.roundTrips
    if times.count == 0 { return }
    writer.object("rtt") { writer in
      writer.number("count", times.count)
      writer.microseconds("min_us", times.minimum)
      writer.microseconds("mean_us", times.mean)
      for (key, part) in [("p50_us", 0.5), ("p90_us", 0.9), ("p95_us", 0.95), ("p99_us", 0.99)] {
        writer.microseconds(key, times.quantile(part))
      }
      writer.microseconds("max_us", times.maximum)
    }
  }
}

extension FieldWriter {
  fileprivate mutating func microseconds(_ key: String, _ time: Duration?) {
    guard let time else { return }
    number(key, Int64(clamping: Int64(time / .microseconds(1))))
  }
}
