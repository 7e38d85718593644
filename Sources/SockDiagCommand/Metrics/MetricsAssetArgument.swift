internal import ArgumentParser
internal import MetricsAssets

/// A file that `metrics --print` shows.
enum MetricsAssetArgument: String, CaseIterable, ExpressibleByArgument {
  case unit, alerts, rules, dashboard

  var content: [UInt8] {
    switch self {
    case .unit: MetricsAsset.unit.content
    case .alerts: MetricsAsset.alerts.content
    case .rules: MetricsAsset.rules.content
    case .dashboard: MetricsAsset.dashboard.content
    }
  }
}
