internal import ArgumentParser
internal import SocketMetrics

/// A file for those who collect metrics, which `metrics --print` shows.
enum MetricsAsset: String, CaseIterable, ExpressibleByArgument {
  case unit, alerts, rules, dashboard

  func content() throws(CommandFailure) -> [UInt8] { [] }
}
