/// A file for those who collect the metrics.
///
/// The files lie beside the sources, so that tools can check them, and are compiled in, so that the command prints them
/// wherever it is.
public enum MetricsAsset: String, CaseIterable, Sendable {
  /// A systemd service of the HTTP server, with the least rights.
  case unit
  /// Alert rules of Prometheus.
  case alerts
  /// Recording rules of Prometheus, for overviews of many hosts.
  case rules
  /// A dashboard of Grafana.
  case dashboard

  /// The bytes of the file.
  public var content: [UInt8] {
    switch self {
    case .unit: PackageResources.sockdiag_metrics_service
    case .alerts: PackageResources.alerts_yml
    case .rules: PackageResources.rules_yml
    case .dashboard: PackageResources.dashboard_json
    }
  }
}
