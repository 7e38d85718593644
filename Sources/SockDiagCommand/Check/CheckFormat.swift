internal import HostFindings

/// The forms of the answer of `check`.
enum CheckFormat {
  /// For people.
  case text
  /// One JSON array.
  case json
  /// For Prometheus and other collectors.
  case openMetrics
  /// Only the exit status.
  case none
}
