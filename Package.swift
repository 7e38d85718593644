// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let cSettings: [CSetting] = [
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "sockdiag",
  products: [
    .library(name: "SockDiag", targets: ["SockDiag"]),
    .library(name: "SockDiagWire", targets: ["SockDiagWire"]),
    .executable(name: "sockdiag", targets: ["sockdiag"]),
  ],
  dependencies: [
    // Only the command parses arguments. A package that uses the SockDiag product alone never resolves this.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0")
  ],
  targets: [
    .systemLibrary(name: "Clibmnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
    .target(name: "CSockDiag", dependencies: ["Clibmnl"], cSettings: cSettings),
    .target(name: "SockDiagWire", swiftSettings: swiftSettings),
    .target(name: "SockDiag", dependencies: ["CSockDiag", "SockDiagWire"], swiftSettings: swiftSettings),
    .target(
      name: "SockDiagCommand",
      dependencies: [
        "SockDiag", "SockDiagWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    .executableTarget(name: "sockdiag", dependencies: ["SockDiagCommand"], swiftSettings: swiftSettings),

    .testTarget(name: "SockDiagWireTests", dependencies: ["SockDiagWire"], swiftSettings: swiftSettings),
    .testTarget(
      name: "SockDiagTests", dependencies: ["SockDiag", "SockDiagTestKit"], swiftSettings: swiftSettings),

    // What tests of several modules need.
    .target(
      name: "SockDiagTestKit", dependencies: ["SockDiag"], path: "Tests/Support/SockDiagTestKit",
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)
