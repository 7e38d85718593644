import SocketLaboratory
import SocketLaboratoryKit
import Testing

struct LabAddressTests {
  @Test(arguments: [
    (LabAddress.anyV4, "0.0.0.0"), (.v4(192, 0, 2, 254), "192.0.2.254"), (.anyV6, "::"), (.loopbackV6, "::1"),
    (LabAddress.loopbackV4.mapped, "::ffff:127.0.0.1"), (.v6(0x2001_0db8_0000_0000, 1), "2001:db8::1"),
    (.v6(0x2001_0db8_0000_0001, 0x0001_0000_0000_0001), "2001:db8:0:1:1::1"),
    (.v6(0xfe80_0000_0000_0000, 0), "fe80::"), (.v6(0x0001_0002_0003_0004, 0x0005_0006_0000_0008), "1:2:3:4:5:6:0:8"),
  ])
  func addressPrintsAsTheKernelWritesIt(_ address: LabAddress, _ text: String) {
    #expect("\(address)" == text)
  }

  @Test func endpointPrintsAsSSWritesIt() {
    #expect("\(LabEndpoint(.loopbackV6, 80))" == "[::1]:80")
    #expect("\(LabEndpoint(.v6(0xfe80_0000_0000_0000, 1), 80, interface: "wire0"))" == "[fe80::1]%wire0:80")
    #expect("\(LabEndpoint(.anyV4, 0))" == "0.0.0.0:*")
  }
}
