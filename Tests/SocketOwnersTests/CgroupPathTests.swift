import SocketOwners
import Testing

/// The units and containers that the names on a cgroup path reveal. The paths come from the documentation and the
/// sources of the named programs.
@Suite struct CgroupPathTests {
  private static let id = String(repeating: "0123456789abcdef", count: 4)
  private static let other = String(repeating: "f", count: 64)
  private static let pod = "8b0e5a4c-1f4b-4a5e-9a52-0f2b0a6f6d11"

  struct UnitCase: CustomTestStringConvertible {
    let path: String
    let name: String?
    var slice: String?
    var manager: UInt32?
    var testDescription: String { path }
  }

  static let units = [
    UnitCase(path: "/", name: nil),
    UnitCase(path: "/system.slice/ssh.service", name: "ssh.service", slice: "system.slice"),
    UnitCase(path: "/system.slice/ssh.service/inner", name: "ssh.service", slice: "system.slice"),
    UnitCase(path: "/init.scope", name: "init.scope"),
    UnitCase(path: "/system.slice", name: "system.slice"),
    UnitCase(
      path: "/system.slice/system-getty.slice/getty@tty1.service", name: "getty@tty1.service",
      slice: "system-getty.slice"),
    UnitCase(path: "/system.slice/dbus-broker.socket", name: "dbus-broker.socket", slice: "system.slice"),
    UnitCase(path: "/user.slice/user-1000.slice/session-3.scope", name: "session-3.scope", slice: "user-1000.slice"),
    UnitCase(
      path: "/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo\\x2dbar.service",
      name: "app-foo\\x2dbar.service", slice: "app.slice", manager: 1000),
    UnitCase(
      path: "/user.slice/user-1000.slice/user@1000.service/init.scope", name: "init.scope", manager: 1000),
    UnitCase(
      path: "/user.slice/user-1000.slice/user@1000.service", name: "user@1000.service", slice: "user-1000.slice"),
    UnitCase(path: "/system.slice/_cgroup.service", name: "cgroup.service", slice: "system.slice"),
    UnitCase(path: "/docker/\(id)", name: nil),
    UnitCase(path: "/.service", name: nil),
    UnitCase(path: "/a b.service", name: nil),
    UnitCase(path: "/../ssh.service", name: nil),
  ]

  @Test(arguments: units) func unitIsRead(_ expected: UnitCase) {
    let unit = CgroupPath(Array(expected.path.utf8)).unit
    #expect(unit?.name == expected.name)
    #expect(unit?.slice == expected.slice)
    #expect(unit?.managerUID == expected.manager)
  }

  @Test(arguments: [
    ("app-foo\\x2dbar.service", "app-foo-bar.service"), ("a\\x", "a\\x"), ("a\\xzz.scope", "a\\xzz.scope"),
    ("\\x41", "A"), ("\\\\x41", "\\A"), ("\\xff.service", "\u{fffd}.service"),
  ])
  func nameIsUnescapedForDisplay(_ name: String, _ shown: String) {
    #expect(SystemdUnit(name: name).displayName == shown)
  }

  static let containers: [(String, Container?)] = [
    ("/docker/\(id)", Container(runtime: .docker, id: id)),
    ("/system.slice/docker-\(id).scope", Container(runtime: .docker, id: id)),
    ("/system.slice/docker-\(id).scope/init.scope", Container(runtime: .docker, id: id)),
    ("/machine.slice/libpod-\(id).scope/container", Container(runtime: .podman, id: id)),
    (
      "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope",
      Container(runtime: .podman, id: id, managerUID: 1000)
    ),
    ("/libpod_parent/\(id)", Container(runtime: .podman, id: id)),
    ("/machine.slice/libpod-conmon-\(id).scope", nil),
    (
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(pod.replacing("-", with: "_")).slice/"
        + "cri-containerd-\(id).scope", Container(runtime: .containerd, id: id, podUID: pod)
    ),
    ("/kubepods/besteffort/pod\(pod)/\(id)", Container(runtime: .kubernetes, id: id, podUID: pod)),
    ("/kubepods/pod\(pod)/crio-\(id)", Container(runtime: .crio, id: id, podUID: pod)),
    (
      "/system.slice/containerd.service/kubepods-burstable-pod\(pod.replacing("-", with: "_")).slice:cri-containerd:\(id)",
      Container(runtime: .containerd, id: id, podUID: pod)
    ),
    ("/lxc/web", Container(runtime: .lxc, id: "web")),
    ("/lxc.payload.web/system.slice/ssh.service", Container(runtime: .lxc, id: "web")),
    ("/lxc.monitor.web", nil),
    ("/machine.slice/systemd-nspawn@web.service/payload", Container(runtime: .nspawn, id: "web")),
    ("/docker/\(id)/docker/\(other)", Container(runtime: .docker, id: other)),
    ("/docker/short", nil), ("/docker", nil), ("/docker-\(id.uppercased()).scope", nil), ("/", nil), ("", nil),
    ("/podman/pod", nil), ("/::::", nil), ("/:cri-containerd:\(id)", nil), ("/lxc", nil), ("/lxc.payload.", nil),
  ]

  @Test(arguments: containers) func containerIsRead(_ path: String, _ container: Container?) {
    #expect(CgroupPath(Array(path.utf8)).container == container)
  }

  // MARK: Which hierarchy

  @Test(arguments: [
    ("0::/a.service\n", "/a.service"),
    ("3:cpu:/x\n1:name=systemd:/s.service\n0::/v2\n", "/v2"),
    ("3:cpu:/x\n1:name=systemd:/s.service\n0::/\n", "/s.service"),
    ("3:cpu:/x\n1:name=systemd:/\n0::/\n", "/x"),
    ("3:cpu:/\n0::/\n", "/"),
    ("0::/with:colons\n", "/with:colons"),
    ("12:cpu,cpuacct:/x", "/x"),
    ("garbage\n0:\n::\n1::relative\n", nil), ("", nil),
  ])
  func mostSpecificPathIsUsed(_ text: String, _ path: String?) {
    let read = CgroupPath(membership: Array(text.utf8).span)
    #expect(read?.text == path)
  }
}
