import SockDiag
import SockDiagTestKit
import Testing

/// The settings read from `/proc/sys/net`.
@Suite struct KernelSettingsTests {
  @Test func everySettingIsReadFromItsFile() throws {
    let proc = try FakeProc([
      "sys/net/ipv4/ip_unprivileged_port_start": "1024\n", "sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
      "sys/net/ipv4/ip_local_reserved_ports": "8080,9000-9010\n", "sys/net/ipv4/ip_nonlocal_bind": "1\n",
      "sys/net/ipv4/tcp_fin_timeout": "60\n", "sys/net/ipv4/tcp_tw_reuse": "2\n",
      "sys/net/ipv4/tcp_max_tw_buckets": "131072\n", "sys/net/ipv4/tcp_max_syn_backlog": "2048\n",
      "sys/net/ipv4/tcp_max_orphans": "131073\n", "sys/net/ipv4/tcp_abort_on_overflow": "0\n",
      "sys/net/ipv4/tcp_syncookies": "1\n", "sys/net/ipv6/ip_nonlocal_bind": "0\n", "sys/net/ipv6/bindv6only": "1\n",
      "sys/net/core/somaxconn": "4096\n", "sys/net/ipv4/ip_autobind_reuse": "1\n",
      "sys/net/ipv4/tcp_l3mdev_accept": "0\n",
    ])
    var expected = KernelSettings.unknown
    expected.unprivilegedPortStart = 1024
    expected.localPortRange = 32768...60999
    expected.reservedPorts = PortSet([8080...8080, 9000...9010])
    expected.allowsNonlocalBindV4 = true
    expected.sharesChosenPorts = true
    expected.acceptsFromAllRoutingDomains = false
    expected.finTimeout = .seconds(60)
    expected.timeWaitReuse = .loopback
    expected.maximumTimeWait = 131072
    expected.maximumSYNBacklog = 2048
    expected.maximumOrphans = 131073
    expected.abortsOnOverflow = false
    expected.synCookies = .whenFull
    expected.allowsNonlocalBindV6 = false
    expected.bindsV6Only = true
    expected.maximumBacklog = 4096
    #expect(KernelSettings(procRoot: proc.root) == expected)
  }

  @Test func missingFilesAreUnknown() throws {
    #expect(KernelSettings(procRoot: try FakeProc([String: String]()).root) == .unknown)
    // A directory in place of a file can be opened but not read.
    let proc = try FakeProc(["sys/net/core/somaxconn/file": "1"])
    #expect(KernelSettings(procRoot: proc.root) == .unknown)
  }

  @Test(arguments: [
    ("", PortSet?.some(PortSet())), ("\n", PortSet()), ("1\n", PortSet(1)), ("0-65535\n", PortSet.all),
    ("9000-9010,80,81\n", PortSet([80...81, 9000...9010])), ("80,", nil), (",80", nil), ("80-", nil), ("-80", nil),
    ("90-80", nil), ("65536", nil), ("80 81", nil), ("1-2-3", nil), ("80;81", nil), ("\u{0}", nil), ("+80", nil),
  ])
  func reservedPortsAreAListOrUnknown(_ text: String, _ expected: PortSet?) throws {
    let proc = try FakeProc(["sys/net/ipv4/ip_local_reserved_ports": text])
    #expect(KernelSettings(procRoot: proc.root).reservedPorts == expected)
  }

  @Test func listOfEverySecondPortIsReadCompletely() throws {
    let ports = stride(from: UInt16(1), through: 65535, by: 2).map { $0 }
    let proc = try FakeProc([
      "sys/net/ipv4/ip_local_reserved_ports": ports.map(String.init).joined(separator: ",") + "\n"
    ])
    #expect(KernelSettings(procRoot: proc.root).reservedPorts == PortSet(ports.map { $0...$0 }))
  }

  @Test(arguments: [
    ("1 2", ClosedRange<UInt16>?.some(1...2)), ("5\t5\n", 5...5), ("2 1", nil), ("1", nil), ("1 2 3", nil),
    ("1 65536", nil), ("", nil), ("a b", nil),
  ])
  func portRangeIsTwoPortsInOrder(_ text: String, _ expected: ClosedRange<UInt16>?) throws {
    let proc = try FakeProc(["sys/net/ipv4/ip_local_port_range": text])
    #expect(KernelSettings(procRoot: proc.root).localPortRange == expected)
  }

  @Test(arguments: ["-1", "4294967296", "1x", "1 2", "99999999999999999999999", " ", "٣"])
  func invalidNumberIsUnknown(_ text: String) throws {
    let proc = try FakeProc(["sys/net/core/somaxconn": text])
    #expect(KernelSettings(procRoot: proc.root).maximumBacklog == nil)
  }

  @Test func choosablePortsAreTheRangeWithoutReservedPorts() {
    var settings = KernelSettings.unknown
    #expect(settings.choosablePorts == nil)
    settings.localPortRange = 100...110
    #expect(settings.choosablePorts == PortSet([100...110]))
    settings.reservedPorts = PortSet([90...100, 105...106])
    #expect(settings.choosablePorts == PortSet([101...104, 107...110]))
  }

  @Test func anyBytesAreAccepted() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let proc = try FakeProc([String: String]())
    let bytes = Array("0123456789,-\t\n a".utf8) + [0, 0xff]
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in bytes.randomElement(using: &random) ?? 0 }
      for name in ["ip_local_reserved_ports", "ip_local_port_range", "tcp_fin_timeout"] {
        try proc.write(text, to: "sys/net/ipv4/\(name)")
      }
      let settings = KernelSettings(procRoot: proc.root)
      if let range = settings.localPortRange { #expect(range.lowerBound <= range.upperBound, "seed \(seed)") }
    }
  }
}
