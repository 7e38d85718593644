import SockDiag
import Testing

@testable import BindDiagnosis

/// Ports that bind() leaves to a later call.
@Suite struct LatePortTests {
  private static let conditions = BindConditions(ephemeralPorts: 40000...40003)

  /// The same socket on this many ports of the range.
  private func ports(_ count: Int, _ socket: PortSocket) -> [UInt16: [PortSocket]] {
    Dictionary(uniqueKeysWithValues: Self.conditions.ephemeralPorts.prefix(count).map { ($0, [socket]) })
  }

  private func socket(_ address: SocketAddress, _ role: PortSocket.Role, _ protocol: TransportProtocol = .tcp)
    -> PortSocket
  {
    PortSocket(`protocol`, address.address, role, uid: 0, options: KnownOptions(known: [.reuseAddress, .reusePort]))
  }

  /// Measured, for TCP and multipath TCP alike, whatever other options are set.
  @Test(arguments: ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] as [SocketAddress])
  func listenFailsIfNoPortIsLeftThatBindDidNotTake(_ local: SocketAddress) {
    for options: BindOptions in [[], .reuseAddress, .reusePort] {
      let request = BindRequest(.tcp, local, options: options.union(.bindAddressNoPort), uid: 0)
      for (count, listen) in [(4, BindPrediction.Outcome.fails(.addressInUse)), (3, .succeeds)] {
        let (prediction, free) = BindRule.predict(
          request, choosingAmong: ports(count, socket(local, .bound)), under: Self.conditions)
        #expect(prediction.bind == .succeeds)
        #expect(prediction.listen == listen)
        #expect(free == 4 - count)
      }
    }
  }

  @Test func listenWithoutBindChoosesAPortForAllAddresses() throws {
    let measured = try BindCase.measured().filter { $0.note.hasPrefix("listen() without bind") }
    #expect(measured.map(\.listen) == ["listen:EADDRINUSE"])
    for options: BindOptions in [[], .bindAddressNoPort] {
      let request = BindRequest(.tcp, "0.0.0.0:0", options: options, uid: 0, callsBind: false)
      let taken = ports(4, socket("127.0.0.1:0", .occupies))
      let prediction = BindRule.predict(request, choosingAmong: taken, under: Self.conditions).prediction
      #expect(prediction.bind == .succeeds)
      #expect(prediction.listen == .fails(.addressInUse))
    }
  }

  @Test func listenDependsOnTheSameFactsAsBind() {
    let request = BindRequest(.tcp, "127.0.0.1:0", options: .bindAddressNoPort, uid: 0)
    let conditions = BindConditions(ephemeralPorts: 40000...40004)
    let prediction = BindRule.predict(
      request, choosingAmong: ports(4, socket("127.0.0.1:0", .bound)), under: conditions
    ).prediction
    #expect(prediction.bind == .succeeds)
    #expect(prediction.listen == .depends(on: .firstTried))
    #expect(prediction.unknowns == .firstTried)
  }

  @Test func udpHasNoListen() {
    let taken = ports(4, socket("127.0.0.1:0", .occupies, .udp))
    func outcome(_ options: BindOptions) -> BindPrediction {
      BindRule.predict(
        BindRequest(.udp, "127.0.0.1:0", options: options, uid: 0), choosingAmong: taken, under: Self.conditions
      ).prediction
    }
    #expect(outcome([]).bind == .fails(.addressInUse))
    #expect(outcome(.bindAddressNoPort).bind == .succeeds)
    #expect(outcome(.bindAddressNoPort).listen == nil)
  }

  /// Measured: connect() never takes a port that a program has bound, for any address. Connections with ports of its
  /// own choice do not block connections to other destinations.
  @Test func connectSharesOnlyWithConnections() throws {
    let toAnother = try BindCase.measured().filter { $0.note.hasPrefix("connect() another destination") }
    #expect(toAnother.map(\.bind) == ["OK"])
    func mayConnect(_ role: PortSocket.Role, count: Int = 4) -> Bool {
      BindRule.mayConnect(choosingAmong: ports(count, socket("127.0.0.2:0", role)), under: Self.conditions)
    }
    #expect(mayConnect(.occupies) && mayConnect(.timeWait))
    #expect(!mayConnect(.bound) && !mayConnect(.listens))
    #expect(mayConnect(.bound, count: 3))
    var reserved = Self.conditions
    reserved.reservedPorts = [40003]
    #expect(!BindRule.mayConnect(choosingAmong: ports(3, socket("127.0.0.1:0", .bound)), under: reserved))
  }
}
