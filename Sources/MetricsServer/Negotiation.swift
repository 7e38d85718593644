#if MetricsServer
  internal import SocketMetrics

  /// Chooses the format for the `Accept` header of a request.
  enum Negotiation {
    /// OpenMetrics for clients that name it and do not prefer another text, otherwise the format that every client reads.
    static func format(accepting header: [String]) -> MetricsFormat {
      var (openMetrics, text) = (0.0, 0.0)
      for item in header.flatMap({ $0.split(separator: ",") }) {
        let parts = item.split(separator: ";").map { trimmed($0).lowercased() }
        guard let type = parts.first else { continue }
        let quality = parameter("q", parts).flatMap(Double.init) ?? 1
        switch type {
        case "application/openmetrics-text":
          let version = parameter("version", parts)
          if version == nil || version == "1.0.0" { openMetrics = max(openMetrics, quality) }
        case "text/plain", "text/*", "*/*": text = max(text, quality)
        default: break
        }
      }
      return openMetrics > 0 && openMetrics >= text ? .openMetrics : .prometheus
    }

    private static func parameter(_ name: String, _ parts: [String]) -> String? {
      for part in parts.dropFirst() {
        let sides = part.split(separator: "=", maxSplits: 1).map { trimmed($0) }
        if sides.count == 2, sides[0] == name { return sides[1].filter { $0 != "\"" } }
      }
      return nil
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
      String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
  }
#endif
