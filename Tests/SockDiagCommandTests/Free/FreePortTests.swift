import ArgumentParser
import BindDiagnosis
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The ports that `free` finds, compared with real bind() calls.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FreePortTests {
  /// Sockets of several kinds on about half of twenty ports.
  private static func occupy(_ laboratory: Laboratory, _ random: inout SeededGenerator) throws -> [LabSocket] {
    let addresses: [LabAddress] = [.anyV4, .loopbackV4, .anyV6, .loopbackV6]
    let options: [[SocketOption]] = [[], [.reuseAddress], [.reusePort], [.reuseAddress, .reusePort]]
    var sockets: [LabSocket] = []
    for port in UInt16(3000)..<3020 where Bool.random(using: &random) {
      let place = LabEndpoint(addresses.randomElement(using: &random) ?? .anyV4, port)
      let option = options.randomElement(using: &random) ?? []
      let socket =
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try laboratory.udpSocket(bound: place, options: option)
        case 1: try laboratory.boundSocket(to: place, options: option)
        default: try laboratory.tcpListener(on: place, options: option)
        }
      sockets.append(socket)
    }
    return sockets
  }

  @Test(arguments: 0..<6) func bindConfirmsEveryPort(_ trial: Int) async throws {
    let seed = UInt64.random(in: 0 ... .max)
    let faults = try await Laboratory.withNew { laboratory in
      var random = SeededGenerator(seed: seed)
      let sockets = try Self.occupy(laboratory, &random)
      return try withExtendedLifetime(sockets) {
        var faults: [String] = []
        for words in [[], ["--as", "go"], ["--as", "redis"], ["--reuseport"], ["--udp"], ["--as", "php", "--udp"]] {
          let free = try Free.parse(["3000-3019"] + words)
          let port = PortArgument(port: 3000)
          let calls = try port.transports(tcp: free.who.tcp, udp: free.who.udp).flatMap {
            try free.who.question($0).requests(port)
          }
          var search = try FreePortSearch(probes: false)
          let outcome = try ProcessStarts.heldOff {
            try search.find(20, among: .init(ports: [3000...3019], calls: calls))
          }
          for number in UInt16(3000)..<3020 {
            var succeeds = true
            for call in calls {
              var request = call
              request.local.port = number
              if try BindProbe.quietOutcome(of: request) != 0 { succeeds = false }
            }
            // A port may be left out in doubt, but never the other way round. Of a bind() alone, listen() may still fail.
            let isSaid = outcome.free.contains(number)
            if isSaid, !succeeds { faults.append("\(words) \(number) is said to be free") }
            if !isSaid, succeeds, words.isEmpty { faults.append("\(words) \(number) is free") }
          }
          #expect(outcome.examined == 20)
        }
        return faults
      }
    }
    #expect(faults.isEmpty, "seed \(seed): \(faults)")
  }

  @Test func poolLeavesOutPortsOfTheKernel() {
    var settings = KernelSettings()
    settings.localPortRange = 32768...60999
    settings.reservedPorts = [12345]
    settings.unprivilegedPortStart = 1024
    let pool = FreePortPool(settings)
    #expect(pool.ports { $0.lowerBound } == [10000...32767, 61000...65535, 1024...9999])
    #expect(
      pool.ports { $0.lowerBound + 5 }
        == [10005...32767, 10000...10004, 61005...65535, 61000...61004, 1024...9999])
    #expect(pool.reserved.contains(12345) && pool.lastResort == [32768...60999])
    settings.localPortRange = 1024...65535
    #expect(FreePortPool(settings).ports().isEmpty)
    settings.localPortRange = 9000...20000
    #expect(FreePortPool(settings).ports { $0.lowerBound } == [20001...65535, 1024...8999])
  }
}
