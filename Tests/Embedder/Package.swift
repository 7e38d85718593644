// swift-tools-version: 6.2
import PackageDescription

// A program outside of the package, as an embedder writes it. `.ci/run embedder` builds a copy of this folder elsewhere, adds
// the examples of the documentation as the target "examples", and runs it.

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func product(_ name: String) -> Target.Dependency { .product(name: name, package: "sockdiag") }

let package = Package(
  name: "embedder",
  dependencies: [
    .package(name: "sockdiag", path: Context.environment["SOCKDIAG_FOLDER"] ?? "../..", traits: [])
  ],
  targets: [
    .target(name: "Polling", dependencies: [product("SockDiag"), product("SocketOwners")], swiftSettings: strict),
    .executableTarget(name: "poll", dependencies: ["Polling"], swiftSettings: strict),
    .executableTarget(name: "sentences", dependencies: [product("BindDiagnosis")], swiftSettings: strict),
    .executableTarget(name: "traffic", dependencies: [product("SockDiag")], swiftSettings: strict),
    .executableTarget(
      name: "port-guard", dependencies: [product("BindDiagnosis"), product("PortControl")], swiftSettings: strict),
    // A module with a type of the same name as one of the library, as NIOCore has one.
    .target(name: "OtherAddresses", swiftSettings: strict),
    .executableTarget(name: "names", dependencies: ["OtherAddresses", product("SockDiag")], swiftSettings: strict),
    .executableTarget(name: "own-family", dependencies: [product("SockDiagKit")], swiftSettings: strict),
    .executableTarget(
      name: "examples",
      dependencies: [
        product("BindDiagnosis"), product("HostFindings"), product("PortControl"), product("SockDiag"),
        product("SockDiagKit"), product("SockDiagTesting"), product("SockDiagWire"), product("SocketMetrics"),
        product("SocketOwners"),
      ], swiftSettings: strict),
    .testTarget(
      name: "OfflineTests", dependencies: ["Polling", product("SockDiagTesting")], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
