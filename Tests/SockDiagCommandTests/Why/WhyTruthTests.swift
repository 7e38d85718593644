import ArgumentParser
import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The answers of `why` to each situation, compared with the kernel: its verdicts and its remedies.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyTruthTests {
  private static let effort: Diagnostician.Effort = [.owners, .heldOptions]

  @Test(arguments: BindSituation.all) func bindConfirmsEveryAnswer(_ situation: BindSituation) async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        try settled {
          try situation.questions(about: scene.port).flatMap { question in
            try Why.parse(question).quietDiagnoses(Self.effort).flatMap {
              try Self.complaints(about: $0, in: laboratory)
            }
          }
        }
      }
    }
    #expect(complaints == [])
  }

  private static func complaints(about diagnosis: Diagnosis, in laboratory: Laboratory) throws -> [String] {
    let request = diagnosis.request
    let errno = try BindProbe.quietOutcome(of: request)
    let isAsSaid =
      switch diagnosis.verdict {
      case .free: errno == 0
      case .conflict: errno == EADDRINUSE
      case .error(let error): errno == error.rawValue
      case .depends: [0, EADDRINUSE].contains(errno)
      }
    var complaints = isAsSaid ? [] : ["\(request.local) \(diagnosis.verdict): \(errno)"]
    if diagnosis.verdict == .free, request.protocol == .tcp, request.uid == geteuid(), errno == 0 {
      do { try laboratory.listen(as: request) } catch { complaints.append("\(request.local): \(error)") }
    }
    return complaints
  }

  /// Applies every remedy, each in a situation that is built anew.
  @Test(arguments: BindSituation.all) func everyRemedyHelps(_ situation: BindSituation) async throws {
    for offer in try await Self.offers(in: situation) {
      let outcome = try await Self.outcome(of: offer, situation)
      #expect(outcome.hasPrefix("helps"), "\(offer.question) \(outcome)")
    }
  }

  /// A remedy by its index: its content differs between runs.
  private struct Offer: Sendable {
    var question: [String]
    var address: Int
    var index: Int
  }

  /// The remedies, each sentence once.
  private static func offers(in situation: BindSituation) async throws -> [Offer] {
    try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var seen: Set<String> = []
        var offers: [Offer] = []
        for question in situation.questions(about: scene.port) {
          for (address, diagnosis) in try Why.parse(question).quietDiagnoses(effort).enumerated() {
            for (index, remedy) in diagnosis.remedies.enumerated() {
              let text = RemedyText(remedy, diagnosis, preset: .c, namespace: nil)
              if seen.insert(text.sentence + text.commands.joined()).inserted {
                offers.append(Offer(question: question, address: address, index: index))
              }
            }
          }
        }
        return offers
      }
    }
  }

  private static func outcome(of offer: Offer, _ situation: BindSituation) async throws -> String {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        let diagnosis = try Why.parse(offer.question).quietDiagnoses(effort)[offer.address]
        guard diagnosis.remedies.indices.contains(offer.index) else { return "is no longer offered" }
        let remedy = diagnosis.remedies[offer.index]
        let treatment = Treatment(tool: tool, laboratory: laboratory, scene: scene)
        guard let request = try treatment.apply(remedy, diagnosis) else { return "helps or not, untried: \(remedy)" }
        let last = try settled {
          let errno = try BindProbe.quietOutcome(of: request)
          return errno == 0 ? [] : ["fails with errno \(errno): \(remedy)"]
        }
        return last.first ?? "helps: \(remedy)"
      }
    }
  }
}

/// Applies a remedy.
private struct Treatment {
  let tool: String
  let laboratory: Laboratory
  let scene: BindScene

  /// Applies a remedy.
  ///
  /// - Returns: The bind() that must succeed afterwards; `nil` if it would prove nothing.
  func apply(_ remedy: Remedy, _ diagnosis: Diagnosis) throws -> BindRequest? {
    var request = diagnosis.request
    let commands = RemedyText(remedy, diagnosis, preset: .c, namespace: nil).commands
    switch remedy {
    case .setOptions(let options, isCertain: true):
      request.options.formUnion(options)
    case .choosePortInConnect:
      request.options.insert(.bindAddressNoPort)
    case .bindAddress(let address):
      request.local.address = address
    case .endProcesses(let pids), .endConnectedProcesses(let pids):
      let servers = scene.servers.filter { pids.contains($0.pid) }
      guard servers.count == pids.count else { throw Tool.Failure(what: "\(pids) are not all of the situation") }
      for command in commands { try run(command) }
    case .grantCapability:
      request.mayBindPrivilegedPorts = true
    case .useUnprivilegedPort:
      request.local.port = diagnosis.conditions.unprivilegedPortStart
    case .destroy, .reservePort, .lowerPrivilegedPorts, .addAddress, .allowNonlocalBind, .widenPortRange:
      for command in commands { try run(command) }
      // That is for future connections.
      if remedy == .reservePort { return try reserved(request.local.port) ? nil : request }
    case .probe:
      let why = try Why.parse(
        commands.flatMap { $0.replacing("'", with: "").split(separator: " ").dropFirst(2).map(String.init) })
      let hasAnswer = try why.quietDiagnoses([]).allSatisfy { $0.verdict == .free || $0.verdict == .conflict }
      return hasAnswer ? nil : request
    case .useIPv4(let address):
      request.local.address = address
    case .skipAddressCheck, .raiseLink, .resolveDuplicate, .enableIPv6:
      for command in commands { try run(command) }
    case .bindToInterface(let interface):
      request.interfaceIndex = interface.index
    // A minute is too long, and the others need managers that a namespace does not have.
    case .wait, .awaitAddress, .setOptions, .stopUnit, .stopSocketUnit, .stopContainer, .stopForwarding, .stopMachine,
      .nameInterface, .reuseOwnSocket, .shortenFinTimeout, .lowerPrivilegedPortsOfContainer:
      return nil
    }
    return request
  }

  /// Runs a command as suggested, with the placeholders filled in.
  private func run(_ command: String) throws {
    let text = command.replacing("INTERFACE", with: "lo").replacing("sockdiag destroy", with: "\(tool) destroy --yes")
      .replacing("sockdiag kill", with: "\(tool) kill --yes")
    let result = try laboratory.namespace.run(["sh", "-c", text])
    guard result.status == 0 else { throw Tool.Failure(what: "\(text): \(result.errorText)") }
  }

  private func reserved(_ port: UInt16) throws -> Bool {
    KernelSettings().choosablePorts?.contains(port) == false
  }
}

extension Laboratory {
  /// Binds and listens as in a request, for a moment.
  func listen(as request: BindRequest) throws {
    let address = request.local.address
    let isV6 = address.family == .inet6
    let options: [(BindOptions, SocketOption)] = [
      (.reuseAddress, .reuseAddress), (.reusePort, .reusePort), (.freebind, .freebind),
    ]
    var wanted = options.filter { request.options.contains($0.0) }.map(\.1)
    if isV6 { wanted.append(.v6Only(request.options.contains(.v6Only))) }
    let own: LabAddress =
      isV6 ? .v6(address.high, address.low) : LabAddress(v4: UInt32(truncatingIfNeeded: address.low))
    try tcpListener(on: LabEndpoint(own, request.local.port), options: wanted).close()
  }
}

extension LabAddress {
  fileprivate init(v4 word: UInt32) {
    self = .v4(
      UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16),
      UInt8(truncatingIfNeeded: word >> 8),
      UInt8(truncatingIfNeeded: word))
  }
}
