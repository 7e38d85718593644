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
    .library(name: "SocketOwners", targets: ["SocketOwners"]),
    .library(name: "BindDiagnosis", targets: ["BindDiagnosis"]),
    .library(name: "PortControl", targets: ["PortControl"]),
    .library(name: "HostFindings", targets: ["HostFindings"]),
    .library(name: "SocketMetrics", targets: ["SocketMetrics"]),
    .library(name: "MetricsServer", targets: ["MetricsServer"]),
    .library(name: "SocketMetricsRecorder", targets: ["SocketMetricsRecorder"]),
    .library(name: "SockDiagTesting", targets: ["SockDiagTesting"]),
    // All of the above but the tests' part, behind one import.
    .library(name: "SockDiagKit", targets: ["SockDiagKit"]),
    .executable(name: "sockdiag", targets: ["sockdiag"]),
  ],
  traits: [
    // Without this trait the package depends only on libmnl: use `.package(…, traits: [])` to embed the library.
    // Otherwise a package manager fetches the argument parser, although it does not build it.
    .trait(name: "Command", description: "The sockdiag command, which needs an argument parser."),
    .trait(name: "MetricsServer", description: "The HTTP server of metrics, which needs SwiftNIO."),
    .trait(name: "SwiftMetrics", description: "Metrics recorded into the swift-metrics of a program."),
    .default(enabledTraits: ["Command", "MetricsServer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
  ],
  targets: [
    .systemLibrary(name: "Clibmnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
    .target(name: "CSockDiag", dependencies: ["Clibmnl"], cSettings: cSettings),
    .target(name: "SockDiagWire", swiftSettings: swiftSettings),
    .target(name: "SockDiag", dependencies: ["CSockDiag", "SockDiagWire"], swiftSettings: swiftSettings),
    .target(name: "SockDiagTesting", dependencies: ["SockDiag", "SockDiagWire"], swiftSettings: swiftSettings),
    .target(name: "CSocketOwners", cSettings: cSettings),
    .target(name: "SocketOwners", dependencies: ["CSocketOwners", "SockDiagWire"], swiftSettings: swiftSettings),
    .target(name: "CBindDiagnosis", cSettings: cSettings),
    .target(
      name: "BindDiagnosis", dependencies: ["CBindDiagnosis", "SockDiag", "SockDiagWire", "SocketOwners"],
      swiftSettings: swiftSettings),
    .target(
      name: "PortControl", dependencies: ["BindDiagnosis", "SockDiag", "SockDiagWire", "SocketOwners"],
      swiftSettings: swiftSettings),
    .target(name: "CBindTrace", cSettings: cSettings),
    .target(name: "BindTrace", dependencies: ["CBindTrace", "SockDiagWire"], swiftSettings: swiftSettings),
    .target(
      name: "HostFindings", dependencies: ["SockDiag", "SockDiagWire", "SocketOwners"], swiftSettings: swiftSettings),
    .target(
      name: "SocketMetrics",
      dependencies: ["HostFindings", "SockDiag", "SockDiagWire", "SocketOwners"],
      swiftSettings: swiftSettings),
    // Files for Prometheus, Grafana and systemd, which the command prints.
    .target(name: "MetricsAssets", resources: [.embedInCode("Files")], swiftSettings: swiftSettings),
    // Serves metrics over HTTP. Without its trait the module is empty.
    .target(
      name: "MetricsServer",
      dependencies: [
        "SockDiag", "SocketMetrics",
        .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["MetricsServer"])),
        .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["MetricsServer"])),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["MetricsServer"])),
      ],
      swiftSettings: swiftSettings),
    // Records metrics into swift-metrics. Without its trait the module is empty.
    .target(
      name: "SocketMetricsRecorder",
      dependencies: [
        "SockDiag", "SocketMetrics",
        .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["SwiftMetrics"])),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "SockDiagKit",
      dependencies: ["BindDiagnosis", "HostFindings", "PortControl", "SockDiag", "SocketMetrics", "SocketOwners"],
      swiftSettings: swiftSettings),
    // A terminal to draw on, for `sockdiag watch`.
    .target(name: "CTerminal", cSettings: cSettings),
    // Only the command unpacks compressed captures, so the libraries do not depend on it.
    .systemLibrary(name: "Czlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "SockDiagCommand",
      dependencies: [
        "BindDiagnosis", "BindTrace", "CTerminal", "Czlib", "HostFindings", "MetricsAssets", "MetricsServer",
        "PortControl", "SockDiag", "SockDiagWire", "SocketLaboratory", "SocketMetrics", "SocketOwners",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Command"])),
      ],
      swiftSettings: swiftSettings),
    .executableTarget(name: "sockdiag", dependencies: ["SockDiagCommand"], cSettings: cSettings),

    .testTarget(
      name: "SockDiagWireTests", dependencies: ["SockDiagWire", "SockDiagTestKit", "SockDiagTesting"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "LiveTests",
      dependencies: ["SockDiag", "SockDiagTestKit", "SocketLaboratory", "SocketLaboratoryKit", "sockdiag"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SockDiagCommandTests",
      dependencies: [
        "SockDiagCommand", "BindDiagnosis", "HostFindings", "PortControl", "SockDiag", "SockDiagTestKit",
        "SocketMetrics", "SocketOwners", "SocketLaboratory", "SocketLaboratoryKit", "sockdiag",
        "bind-trace-subject", "restrained",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Command"])),
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SockDiagTests", dependencies: ["SockDiag", "SockDiagTestKit", "SockDiagTesting"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SockDiagTestingTests", dependencies: ["SockDiagTesting", "SockDiagTestKit"], swiftSettings: swiftSettings),

    .testTarget(
      name: "BindDiagnosisTests",
      dependencies: [
        "BindDiagnosis", "BindSituationKit", "CSocketLaboratory", "CSocketLaboratoryKit", "SockDiag", "SockDiagTestKit",
        "SockDiagWire", "SocketLaboratory", "SocketLaboratoryKit", "SocketOwners", "restrained",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PortControlTests",
      dependencies: [
        "PortControl", "BindDiagnosis", "SockDiag", "SockDiagTesting", "SockDiagWire", "SocketLaboratory",
        "SocketLaboratoryKit", "SocketOwners",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "HostFindingsTests",
      dependencies: [
        "HostFindings", "SockDiag", "SockDiagTestKit", "SocketLaboratory", "SocketLaboratoryKit", "SocketOwners",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SocketMetricsTests",
      dependencies: [
        "SocketMetrics", "HostFindings", "SockDiag", "SockDiagTestKit", "SockDiagTesting", "SockDiagWire",
        "SocketLaboratory", "SocketLaboratoryKit",
      ],
      swiftSettings: swiftSettings),
    // Without the trait it has no tests.
    .testTarget(
      name: "MetricsServerTests", dependencies: ["MetricsServer", "SockDiag", "SocketMetrics"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SocketOwnersTests",
      dependencies: ["SockDiagTestKit", "SocketLaboratory", "SocketLaboratoryKit", "SocketOwners"],
      swiftSettings: swiftSettings),

    .testTarget(
      name: "BindTraceTests",
      dependencies: [
        "BindTrace", "SockDiagWire", "SocketLaboratory", "SocketLaboratoryKit", "bind-trace-subject",
        "bind-trace-runner",
      ],
      swiftSettings: swiftSettings),
    // A program with every way to call bind() and listen(), and a program that watches a command and is tested itself.
    .executableTarget(
      name: "bind-trace-subject", path: "Tests/Support/BindTraceSubject", cSettings: cSettings),
    .executableTarget(
      name: "bind-trace-runner", dependencies: ["BindTrace"], path: "Tests/Support/BindTraceRunner",
      swiftSettings: swiftSettings),

    // A program that applies a restraint to itself (Landlock, seccomp, a cgroup BPF program, masked settings) and then
    // runs a command.
    .executableTarget(name: "restrained", path: "Tests/Support/Restrained", cSettings: cSettings),

    // Makes sockets in network namespaces of its own: for `sockdiag demo`, and with the kit for tests.
    .target(name: "CSocketLaboratory", cSettings: cSettings),
    .target(name: "SocketLaboratory", dependencies: ["CSocketLaboratory"], swiftSettings: swiftSettings),
    .target(
      name: "CSocketLaboratoryKit", dependencies: ["CSocketLaboratory"], path: "Tests/Support/CSocketLaboratoryKit",
      cSettings: cSettings),
    .target(
      name: "SocketLaboratoryKit",
      dependencies: [
        "CSocketLaboratory", "CSocketLaboratoryKit", "SockDiagTestKit", "SocketLaboratory", "SocketOwners",
      ],
      path: "Tests/Support/SocketLaboratoryKit", swiftSettings: swiftSettings),
    .testTarget(
      name: "SocketLaboratoryTests", dependencies: ["SocketLaboratory", "SocketLaboratoryKit"],
      swiftSettings: swiftSettings),

    // Random situations: the command predicts the result of bind(), and then bind() is tried.
    .testTarget(
      name: "WhyTrialTests",
      dependencies: [
        "BindDiagnosis", "BindSituationKit", "SockDiag", "SockDiagTestKit", "SocketLaboratory",
        "SocketLaboratoryKit", "bind-attempt",
        "restrained", "sockdiag",
      ],
      swiftSettings: swiftSettings),
    // A program that binds once as a given user and prints the kernel's answers.
    .executableTarget(name: "bind-attempt", path: "Tests/Support/BindAttempt", cSettings: cSettings),

    // Records the captures of Fixtures/captures from the running kernel.
    .executableTarget(
      name: "record-fixtures",
      dependencies: ["SockDiag", "SockDiagTestKit", "SocketLaboratory", "SocketLaboratoryKit"],
      path: "Tests/Support/RecordFixtures", swiftSettings: swiftSettings),

    // Random sockets on a port, and random requests for it.
    .target(
      name: "BindSituationKit",
      dependencies: ["BindDiagnosis", "SockDiag", "SockDiagTestKit", "SocketLaboratory", "SocketLaboratoryKit"],
      path: "Tests/Support/BindSituationKit", swiftSettings: swiftSettings),

    // Helpers that tests of several modules share.
    .target(
      name: "SockDiagTestKit", dependencies: ["SockDiag", "SockDiagTesting"], path: "Tests/Support/SockDiagTestKit",
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)

// Fuzz targets (Tests/Fuzz/README.md). Other builds exclude them, because they have no main function and need a flag
// that SwiftPM forbids in dependencies.
if Context.environment["SOCKDIAG_FUZZ"] != nil {
  for (name, module) in [
    ("FuzzDecoder", "SockDiagWire"), ("FuzzCapture", "SockDiagWire"), ("FuzzProcNet", "SockDiag"),
    ("FuzzFilter", "SockDiagWire"),
    ("FuzzFamilies", "SockDiagWire"), ("FuzzOwners", "SocketOwners"),
  ] {
    package.targets.append(
      .executableTarget(
        name: name, dependencies: [.byName(name: module)], path: "Tests/Fuzz/\(name)",
        swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]))
    package.products.append(.executable(name: name, targets: [name]))
  }
}
