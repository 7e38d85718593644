/// Aligns columns: the first to the left, figures to the right.
struct TextTable {
  private var rows: [[String]]

  init(header: [String]) {
    rows = [header]
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }
      return "  " + cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Outcome {
  /// The result as text: every time is printed with its number of sockets.
  var text: String {
    var table = TextTable(header: ["", "count", "median", "min", "max", "ratio", "allocations", "samples"])
    for measurement in measurements {
      table.add([
        measurement.rival,
        Units.count(measurement.count),
        Units.time(measurement.times.median),
        Units.time(measurement.times.minimum),
        Units.time(measurement.times.maximum),
        Units.ratio(measurement.ratio),
        measurement.allocations.map { Units.count($0) } ?? "–",
        "\(measurement.times.sorted.count)",
      ])
    }
    return "\(workload.title) (\(workload.key), \(Units.count(sockets)) sockets)\n\(table.text)\n"
  }
}

extension [SteadyState] {
  var text: String {
    var table = TextTable(header: ["", "count", "polls", "allocations", "memory before", "memory after"])
    for state in self {
      table.add([
        state.rival,
        Units.count(state.sockets),
        Units.count(state.polls),
        state.allocations.map { Units.count($0) } ?? "–",
        Units.bytes(state.residentBytesBefore),
        Units.bytes(state.residentBytesAfter),
      ])
    }
    return "Polled in a steady state\n\(table.text)\n"
  }
}
