import SockDiag
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

  @Test func summaryNamesAddressVerdictAndError() throws {
    #expect(
      try conflict().summary
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
    #expect("\(BindOptions([.reuseAddress, .reusePort]))" == "SO_REUSEADDR and SO_REUSEPORT")
    #expect("\(BindOptions())" == "no socket options")
    #expect("\(SocketEffect.Unknowns.reuseAddress)" == "whether the other side has SO_REUSEADDR")
  }

  @Test func misbeliefsAndHarmlessReasonsAreSentences() {
    for misbelief in Misbelief.allCases { #expect("\(misbelief)".hasSuffix("."), "\(misbelief)") }
    #expect("\(HarmlessReason.otherAddress)" == "It has another address.")
  }
}
