import FoundationEssentials
import Glibc
import SocketOwners
import Testing

struct ProcessOriginTests {
  @Test func originOfAChildIsRead() throws {
    let finder = try OwnerFinder()
    let details = finder.details(ofProcess: getpid())
    let own = try #require(details)
    let found = finder.origin(of: own)
    let origin = try #require(found)
    let age = try #require(origin.age)
    #expect(age >= .zero && age < .seconds(86_400))
    #expect(
      origin.workingDirectory.map { String(decoding: $0, as: UTF8.self) } == FileManager.default.currentDirectoryPath)
    // The parent may run in another unit, which ends the list.
    if let parent = origin.ancestors.first {
      #expect(parent.pid == getppid() && !parent.command.isEmpty)
    }
    #expect(origin.ancestors.count <= ProcessOrigin.ancestorLimit)
  }

  @Test func endedProcessHasNoOrigin() throws {
    let finder = try OwnerFinder()
    let details = finder.details(ofProcess: getpid())
    var own = try #require(details)
    own.process.startTicks += 1
    let origin = finder.origin(of: own)
    #expect(origin == nil)
  }

  @Test(arguments: [
    ("12345.67 9.99\n", UInt64(1_234_567)), ("0.00 0.00\n", 0), ("1 2\n", nil), ("", nil), ("1.234 5\n", nil),
    ("9999999999999.00 0\n", nil), ("-1.00 0\n", nil), ("x.00 0", nil),
  ])
  func uptimeIsReadInTicks(_ text: String, _ ticks: UInt64?) {
    #expect(OwnerFinder.uptimeTicks(Array(text.utf8)) == ticks)
  }

  @Test(
    arguments: [
      (0, nil), (34819, "pts/3"), (1025, "tty1"), (1088, "ttyS0"), (136 << 8 | 1 << 20, "pts/256"), (1281, nil),
    ] as [(UInt32, String?)])
  func terminalIsNamed(_ number: UInt32, _ name: String?) throws {
    let text = Array("7 (a b) c) S 1 7 7 \(number) -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0".utf8)
    let read = ProcessStat(text.span)
    let stat = try #require(read)
    #expect(stat.terminalName == name && stat.startTicks == 99)
  }

  private static func process(pid: Int32 = 80, cgroup: String?) -> ProcessDetails {
    var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 1), command: Array("nginx".utf8))
    details.cgroup = cgroup.map { CgroupPath(Array($0.utf8)) }
    return details
  }

  private static func origin(_ names: String..., terminal: String? = nil) -> ProcessOrigin {
    ProcessOrigin(
      terminal: terminal,
      ancestors: names.enumerated().map {
        ProcessOrigin.Ancestor(pid: 10 - Int32($0.offset), command: Array($0.element.utf8))
      })
  }

  @Test func starterIsToldUpToServiceContainerOrTerminal() {
    let session = "/user.slice/user-1000.slice/session-3.scope"
    let service = "/system.slice/nginx.service"
    let container = "/system.slice/docker-\(String(repeating: "0123456789abcdef", count: 4)).scope"
    let shells = Self.origin("bash", "sshd", terminal: "pts/3")
    #expect(shells.starterWords(of: Self.process(cgroup: session)) == "started by bash (10) < sshd (9) on pts/3")
    #expect(Self.origin().starterWords(of: Self.process(cgroup: service)) == "started by systemd as nginx.service")
    #expect(
      Self.origin("gunicorn").starterWords(of: Self.process(cgroup: service))
        == "started by gunicorn (10), in systemd unit nginx.service")
    #expect(
      Self.origin().starterWords(of: Self.process(cgroup: container)) == "started in docker container 0123456789ab")
    #expect(
      Self.origin("a", "b", "c", "d").starterWords(of: Self.process(cgroup: nil))
        == "started by a (10) < b (9) < c (8) < …")
    #expect(Self.origin().starterWords(of: Self.process(cgroup: nil)) == nil)
    let adopted = ProcessOrigin(ancestors: [ProcessOrigin.Ancestor(pid: 1, command: Array("init".utf8))])
    #expect(adopted.starterWords(of: Self.process(cgroup: nil)) == "child of init (1)")
  }
}
