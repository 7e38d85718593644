// swift-tools-version: 6.2
import PackageDescription

// A service outside of the package that exports its own host through swift-metrics. `.ci/run embedder` tests a copy of this
// folder elsewhere.

let package = Package(
  name: "swift-metrics-embedder",
  dependencies: [
    .package(
      name: "sockdiag", path: Context.environment["SOCKDIAG_FOLDER"] ?? "../..", traits: ["SwiftMetrics"]),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
  ],
  targets: [
    .testTarget(
      name: "RecorderTests",
      dependencies: [
        .product(name: "SocketMetricsRecorder", package: "sockdiag"),
        .product(name: "SocketMetrics", package: "sockdiag"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
