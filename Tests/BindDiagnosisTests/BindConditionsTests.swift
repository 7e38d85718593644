import SockDiag
import Testing

@testable import BindDiagnosis

/// Conditions from settings that can be read, and from settings that cannot.
@Suite struct BindConditionsTests {
  private static let known: KernelSettings = {
    var settings = KernelSettings.unknown
    settings.unprivilegedPortStart = 1024
    settings.localPortRange = 32768...60999
    settings.reservedPorts = []
    return settings
  }()

  /// The conditions for a plain user, and the open questions.
  private func conditions(
    port: UInt16, _ settings: KernelSettings, _ rehearsal: BindRehearsal = .passed, uid: UInt32 = 1000
  ) -> (conditions: BindConditions, unseen: BlindSpots) {
    var unseen: BlindSpots = []
    let request = BindRequest(.tcp, SocketAddress(.anyV4, port: port), uid: uid)
    return (BindConditions(request, settings, rehearsal, &unseen), unseen)
  }

  @Test func knownSettingsLeaveNoQuestion() {
    for port: UInt16 in [0, 80, 8080] { #expect(conditions(port: port, Self.known).unseen == []) }
  }

  /// The ports that the kernel chooses from depend on the range and on the reserved ports.
  @Test func choosablePortsNeedTwoSettings() {
    var (noRange, noReserved) = (Self.known, Self.known)
    noRange.localPortRange = nil
    noReserved.reservedPorts = nil
    #expect(conditions(port: 0, noRange).unseen == [.settings, .portRange])
    #expect(conditions(port: 0, noReserved).unseen == [.settings, .portRange])
    // A requested port is not chosen by the kernel.
    #expect(conditions(port: 8080, noReserved).unseen == [])
  }

  @Test func eachFamilyHasItsOwnSettingForForeignAddresses() {
    var settings = Self.known
    (settings.allowsNonlocalBindV4, settings.allowsNonlocalBindV6) = (false, true)
    var unseen: BlindSpots = []
    for (address, isAllowed) in [("192.0.2.1:80", false), ("[2001:db8::9]:80", true), ("[::ffff:192.0.2.1]:80", false)]
      as [(SocketAddress, Bool)]
    {
      let request = BindRequest(.tcp, address, uid: 0)
      #expect(BindConditions(request, settings, .passed, &unseen).allowsNonlocalBind == isAllowed, "\(address)")
    }
  }

  /// A successful rehearsal shows that the port needs no privilege. A failed one leaves that open.
  @Test func rehearsalShowsWhetherThePortNeedsAPrivilege() {
    var settings = Self.known
    settings.unprivilegedPortStart = nil
    let passed = conditions(port: 80, settings, .passed)
    #expect(passed.conditions.unprivilegedPortStart == 80 && passed.unseen == [.settings])
    let lacking = conditions(port: 80, settings, .lacksPrivilege)
    #expect(lacking.conditions.unprivilegedPortStart == 1024 && lacking.unseen == [.settings])
    let refused = conditions(port: 80, settings, .refused(.accessDenied, isCertain: false))
    #expect(refused.unseen == [.settings, .privilege])
    // Root needs none.
    #expect(conditions(port: 80, settings, .refused(.accessDenied, isCertain: false), uid: 0).unseen == [.settings])
  }
}
