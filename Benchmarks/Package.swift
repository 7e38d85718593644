// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that users of the library do not resolve the dependencies of the benchmarks.

let strictSwift: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let strictC: [CSetting] = [
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "sockdiag-benchmarks",
  products: [
    .executable(name: "sockdiag-benchmarks", targets: ["sockdiag-benchmarks"]),
    .executable(name: "socket-farm", targets: ["socket-farm"]),
    .executable(name: "connection-churn", targets: ["connection-churn"]),
  ],
  dependencies: [
    .package(name: "sockdiag", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(name: "socket-farm", cSettings: strictC),
    .executableTarget(name: "connection-churn", cSettings: strictC),
    .target(name: "CFloor", cSettings: strictC),
    .target(name: "CAllocationCounter", cSettings: strictC),
    .target(name: "CHarness", cSettings: strictC),
    .executableTarget(
      name: "sockdiag-benchmarks",
      dependencies: [
        "CFloor",
        "CAllocationCounter",
        "CHarness",
        .product(name: "SockDiag", package: "sockdiag"),
        .product(name: "SocketOwners", package: "sockdiag"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strictSwift
    ),
  ]
)
