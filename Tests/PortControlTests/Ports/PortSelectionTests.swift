import BindDiagnosis
import Glibc
import PortControl
import SockDiag
import Testing

/// The ports that are waited for or freed: their words, and the calls of bind() that take them.
struct PortSelectionTests {
  private static let loopback = IPAddress(v4: 0x7f00_0001)

  @Test func portsAreWordsOfASentence() {
    #expect("\(PortSelection(8080))" == "port 8080")
    #expect(PortSelection(8080).fullDescription == "TCP port 8080")
    #expect("\(PortSelection(53, [.udp]))" == "UDP port 53")
    #expect("\(PortSelection(53, [.tcp, .udp], at: .addresses([Self.loopback])))" == "TCP and UDP port 127.0.0.1:53")
    #expect("\(PortSelection(80, at: .allAddresses))" == "port *:80")
    #expect("\(PortSelection(80, at: .addresses([IPAddress(v6: 0, 1)])))" == "port [::1]:80")
    #expect(
      "\(PortSelection([.init(80...80), .init(443...443), .init(3000...3010)]))" == "ports 80, 443 and 3000-3010")
    #expect("\(PortSelection([.init(80...80), .init(53...53, [.udp])]))" == "TCP port 80 and UDP port 53")
  }

  /// The interface 1 is the loopback device of every namespace.
  @Test func interfaceIsNamed() {
    #expect("\(PortSelection(80, at: .allAddresses, interfaceIndex: 1))" == "port *%lo:80")
    let linkLocal = IPAddress(v6: 0xfe80_0000_0000_0000, 1)
    #expect("\(PortSelection(80, at: .addresses([linkLocal]), interfaceIndex: 1))" == "port [fe80::1%lo]:80")
  }

  @Test func everyAddressProtocolAndPortHasARequest() {
    let part = PortSelection.Part(3000...3002, [.tcp, .udp], at: .addresses([Self.loopback, Self.loopback]))
    let requests = PortSelection([part]).requests(options: .reuseAddress, uid: 1000)
    #expect(requests.map(\.local.port) == [3000, 3001, 3002, 3000, 3001, 3002])
    #expect(requests.map(\.protocol) == [.tcp, .tcp, .tcp, .udp, .udp, .udp])
    #expect(requests.allSatisfy { $0.uid == 1000 && $0.options == .reuseAddress && !$0.mayBindPrivilegedPorts })
  }

  /// As servers bind that are told no address.
  @Test func portWithoutAnAddressIsBoundOnAllAddresses() {
    let requests = PortSelection(80).requests()
    #expect(requests.map(\.local.address) == (HostFamilies.lackIPv6 ? [.anyV4] : [.anyV4, .anyV6]))
    #expect(requests.allSatisfy { $0.uid == geteuid() })
    #expect(PortSelection(80).requests(options: .v6Only).map(\.local.address) == [.anyV6])
  }

  @Test func interfaceBelongsToLinkLocalAddressesOrToTheSocket() {
    let linkLocal = IPAddress(v6: 0xfe80_0000_0000_0000, 1)
    let scoped = PortSelection(80, at: .addresses([linkLocal]), interfaceIndex: 7).requests()
    #expect(scoped.map(\.scopeID) == [7] && scoped.map(\.interfaceIndex) == [0])
    let bound = PortSelection(80, at: .addresses([Self.loopback]), interfaceIndex: 7).requests()
    #expect(bound.map(\.scopeID) == [0] && bound.map(\.interfaceIndex) == [7])
  }

  @Test func onePortIsNarrowedToItsProtocol() {
    let ports = PortSelection([.init(80...90), .init(85...85, [.udp])])
    #expect(ports.narrowed(to: 85, .udp) == PortSelection(85, [.udp]))
    #expect(ports.narrowed(to: 85, .tcp) == PortSelection(85))
    #expect(ports.narrowed(to: 99, .tcp).parts.isEmpty)
    // A port that was asked about with both protocols keeps both.
    #expect(PortSelection(53, [.tcp, .udp]).narrowed(to: 53, .udp) == PortSelection(53, [.tcp, .udp]))
    #expect(PortSelection(53, [.tcp, .udp]).ofOtherProtocol == nil)
    #expect(PortSelection(53).ofOtherProtocol == PortSelection(53, [.udp]))
  }

  @Test func signalsAndOutcomesHaveWords() {
    #expect("\(ProcessSignal.terminate)" == "SIGTERM" && "\(ProcessSignal(rawValue: 40))" == "signal 40")
    let outcomes: [EndingOutcome] = [
      .ended, .killed, .gone, .notHolding, .released, .running, .spared, .denied(EPERM), .failed(ENOSYS),
      .failed(EXDEV), .failed(ENOMEM),
    ]
    #expect(Set(outcomes.map { "\($0)" }).count == outcomes.count)
    #expect("\(EndingOutcome.failed(ENOMEM))" == "not signalled: Cannot allocate memory")
    #expect(outcomes.filter(\.isDenied) == [.denied(EPERM)] && outcomes.count(where: \.isFailed) == 3)
  }
}
