import SockDiag
import SocketOwners
import Testing

@testable import BindDiagnosis

/// The sentences that a program prints without knowing the types behind them.
@Suite struct DescriptionTests {
  private func conflict() throws -> Diagnosis {
    let request = BindRequest(.tcp, "0.0.0.0:8080", uid: 0)
    let loopback = IPAddress(v4: 0x7f00_0001)
    var sockets = [
      DiagnosedSocket(
        socket: try .specimen("tcp", .listen, inode: 7),
        portSocket: PortSocket(.tcp, loopback, .listens, uid: 0, options: KnownOptions(known: [.reusePort])),
        effect: nil, use: .listener, release: .whenClosed, optionsSource: nil, holders: [], processes: [],
        holdersMissing: nil)
    ]
    let prediction = Diagnostician.judge(&sockets, request, BindConditions())
    return Diagnosis(
      request: request, prediction: prediction, sockets: sockets, conditions: BindConditions(), settings: .unknown,
      freePorts: nil, probe: nil, blindSpots: [.options, .processes], elsewhere: [])
  }

  @Test func summaryNamesAddressVerdictAndHolder() throws {
    var diagnosis = try conflict()
    #expect(diagnosis.summary == "0.0.0.0:8080/tcp is in use by a process that was not found (user root)")
    #expect("\(diagnosis)" == diagnosis.summary)
    let process = HoldingProcess(pid: 80, startTicks: 7)
    diagnosis.sockets[0].processes = [ProcessDetails(process: process, command: Array("nginx".utf8))]
    #expect(diagnosis.summary == "0.0.0.0:8080/tcp is in use by nginx (pid 80)")
  }

  /// The answers for the addresses of one port are one sentence; of several ports the worst is told.
  @Test func severalDiagnosesHaveOneSummaryAndOneVerdict() throws {
    let conflict = try conflict()
    var free = conflict
    free.request.local = SocketAddress(.anyV6, port: 8080)
    (free.sockets, free.prediction.bind, free.prediction.listen) = ([], .succeeds, .succeeds)
    var other = free
    other.request.local.port = 9090
    #expect([free, conflict].verdict == .conflict && [free, other].verdict == .free && [Diagnosis]().verdict == .free)
    #expect(
      [free, conflict, other].summary
        == "8080/tcp is in use on 0.0.0.0 by a process that was not found (user root); free on [::]")
    #expect([Diagnosis]().summary == "")
  }

  @Test func firstLineHasTheVerdictAndTheError() throws {
    #expect(
      try conflict().lines.first
        == "TCP 0.0.0.0:8080: in use. bind() fails with EADDRINUSE (Address already in use).")
  }

  @Test func everyLineOfADiagnosisIsASentence() throws {
    let lines = try conflict().lines
    #expect(lines.count > 5)
    for line in lines {
      #expect(line.hasSuffix(".") && line.first?.isUppercase == true && !line.contains("rawValue"), "\(line)")
    }
    #expect(lines.contains { $0.hasPrefix("Not seen: options of sockets") })
    #expect(lines.contains("You ask for all addresses, and 127.0.0.1 is one of them."))
  }

  @Test func optionSetsDescribeTheirMembers() {
    #expect("\(BlindSpots.options)" == "not seen: options of sockets that processes of other users hold")
    #expect("\(BlindSpots())" == "everything was seen")
    #expect("\(Diagnostician.Effort([.origins, .owners]))" == "owners, origins of processes")
    #expect("\(Diagnostician.Effort())" == "only the sockets")
    // Every part has a word.
    for bit in 0..<7 { #expect("\(Diagnostician.Effort(rawValue: 1 << bit))" != "only the sockets", "\(bit)") }
    #expect("\(BindOptions([.reuseAddress, .reusePort]))" == "SO_REUSEADDR and SO_REUSEPORT")
    #expect("\(BindOptions())" == "no socket options")
    #expect("\(SocketEffect.Unknowns.reuseAddress)" == "whether the other side has SO_REUSEADDR")
  }

  @Test func misbeliefsAndHarmlessReasonsAreSentences() {
    for misbelief in Misbelief.allCases { #expect("\(misbelief)".hasSuffix("."), "\(misbelief)") }
    #expect("\(HarmlessReason.otherAddress)" == "It has another address.")
  }
}
