import SocketOwners
import Testing

/// The supervisor of a process, by its name, arguments and cgroup. The arguments are those of the named programs.
@Suite struct SupervisionTests {
  private static let id = String(repeating: "0123456789abcdef", count: 4)

  private static func process(
    _ line: String, name: String? = nil, pid: Int32 = 70, in cgroup: String? = nil, exe: String? = nil,
    uid: UInt32? = 0
  ) -> ProcessDetails {
    let words = line.split(separator: " ").map { Array($0.utf8) }
    let file = words.first?.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    var details = ProcessDetails(
      process: HoldingProcess(pid: pid, startTicks: 1), command: Array((name.map { Array($0.utf8) } ?? file).prefix(15))
    )
    details.arguments = words
    details.executable = exe.map { Array($0.utf8) }
    details.cgroup = cgroup.map { CgroupPath(Array($0.utf8)) }
    details.uid = uid
    return details
  }

  @Test func sessionsAndScopesAreNoSupervisors() {
    for cgroup in [
      "/", "/user.slice", "/user.slice/user-0.slice/session-1.scope", "/machine.slice/libpod-conmon-\(Self.id).scope",
      "/user.slice/user-1000.slice/user@1000.service",
      "/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope",
    ] {
      #expect(Self.process("web", in: cgroup).supervision() == nil, "\(cgroup)")
    }
    #expect(Self.process("web").supervision() == nil)
  }

  @Test func serviceBelongsToTheSystemOrAUser() {
    let web = SystemdUnit(name: "web.service", slice: "system.slice")
    #expect(Self.process("web", in: "/system.slice/web.service").supervision() == .unit(web))
    let own = SystemdUnit(name: "web.service", slice: "app.slice", managerUID: 1000)
    #expect(
      Self.process("web", in: "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service").supervision()
        == .unit(own))
  }

  @Test func containerIsNamedWithItsUser() {
    #expect(
      Self.process("web", in: "/system.slice/docker-\(Self.id).scope").supervision()
        == .container(Container(runtime: .docker, id: Self.id)))
    let cgroup = "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(Self.id).scope"
    #expect(
      Self.process("web", in: cgroup).supervision()
        == .container(Container(runtime: .podman, id: Self.id, managerUID: 1000)))
  }

  @Test func supervisorOfTheCallerDoesNotCount() {
    for path in ["/system.slice/ssh.service", "/docker/\(Self.id)"] {
      let cgroup = CgroupPath(Array(path.utf8))
      #expect(Self.process("web", in: path).supervision() != nil)
      #expect(Self.process("web", in: path).supervision(besides: cgroup) == nil)
    }
  }

  @Test func systemdIsRecognizedByItsName() {
    #expect(Self.process("/sbin/init", name: "systemd", pid: 1).supervision() == .socketActivation(managerUID: nil))
    #expect(
      Self.process("/sbin/init", name: "init", pid: 1, exe: "/usr/lib/systemd/systemd (deleted)").supervision()
        == .socketActivation(managerUID: nil))
    for other in ["nginx", "tini", "sh", "systemd-nspawn"] {
      #expect(Self.process(other, pid: 1).supervision() == .firstProcess, "\(other)")
    }
    // The first process counts as such even in a container.
    #expect(Self.process("nginx", pid: 1, in: "/docker/\(Self.id)").supervision() == .firstProcess)
  }

  @Test func userManagerIsRecognizedByCgroupOrArguments() {
    let scope = "/user.slice/user-1000.slice/user@1000.service/init.scope"
    #expect(
      Self.process("/lib/systemd/systemd --user", in: scope).supervision() == .socketActivation(managerUID: 1000))
    #expect(
      Self.process("/lib/systemd/systemd --user", uid: 1000).supervision() == .socketActivation(managerUID: 1000))
    #expect(Self.process("(sd-pam)", in: scope).supervision() == nil)
    #expect(Self.process("systemd-udevd", in: "/system.slice/u.scope").supervision() == nil)
    #expect(Self.process("/usr/local/bin/systemd --test").supervision() == nil)
  }

  struct ForwarderCase: CustomTestStringConvertible {
    let line: String
    var name: String?
    var uid: UInt32 = 0
    let forwarder: PortForwarder?
    var testDescription: String { line }
  }

  static let forwarders = [
    ForwarderCase(
      line: "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.17.0.2",
      forwarder: PortForwarder(.docker)),
    ForwarderCase(
      line: "rootlesskit --net=slirp4netns --port-driver=builtin /usr/bin/dockerd-rootless.sh", uid: 1000,
      forwarder: PortForwarder(.docker, uid: 1000)),
    ForwarderCase(
      line: "rootlesskit --net=slirp4netns /usr/local/bin/containerd-rootless.sh", uid: 1000,
      forwarder: PortForwarder(.nerdctl, uid: 1000)),
    ForwarderCase(line: "rootlesskit --net=host bash", uid: 1000, forwarder: nil),
    ForwarderCase(line: "rootlessport", uid: 1000, forwarder: PortForwarder(.podman, uid: 1000)),
    ForwarderCase(
      line: "containers-rootlessport-child", name: "exe", uid: 1000, forwarder: PortForwarder(.podman, uid: 1000)),
    ForwarderCase(
      line: "/usr/bin/pasta --config-net -t 8080-8080:80-80 -u none --netns /run/user/1000/netns/netns-a",
      name: "pasta.avx2", uid: 1000, forwarder: PortForwarder(.podman, uid: 1000)),
    ForwarderCase(line: "pasta --config-net -t 8080 4711", uid: 1000, forwarder: nil),
    ForwarderCase(
      line: "/usr/bin/slirp4netns --mtu=65520 -c -r 3 -e 4 --netns-type=path /run/user/1000/netns/cni-1 tap0",
      uid: 1000,
      forwarder: PortForwarder(.podman, uid: 1000)),
    ForwarderCase(line: "slirp4netns --mtu 65520 -r 3 4711 tap0", uid: 1000, forwarder: nil),
    ForwarderCase(
      line: "/snap/lxd/current/bin/lxd forkproxy 2922 tcp:0.0.0.0:80 3158 tcp:127.0.0.1:80 "
        + "/var/snap/lxd/common/lxd/logs/c1/proxy.web.log /var/snap/lxd/common/lxd/devices/c1/proxy.web",
      uid: 1_000_000, forwarder: PortForwarder(.lxd, device: .init(container: "c1", name: "web"))),
    ForwarderCase(
      line: "/usr/bin/lxd forkproxy -- 2922 3 tcp:0.0.0.0:80 3158 4 tcp:127.0.0.1:80 0 0 0644 0 0 false",
      forwarder: PortForwarder(.lxd)),
    ForwarderCase(
      line: "/opt/incus/bin/incusd forkproxy -- 2922 3 tcp:0.0.0.0:80", forwarder: PortForwarder(.incus)),
    ForwarderCase(line: "/usr/bin/lxd --group lxd", forwarder: nil),
    ForwarderCase(line: "/usr/local/bin/kube-proxy --config=/x", forwarder: PortForwarder(.kubernetes)),
    ForwarderCase(line: "/usr/bin/conmon --version", forwarder: nil),
    ForwarderCase(line: "nginx forkproxy.conf", forwarder: nil),
  ]

  @Test(arguments: forwarders) func forwarderIsRecognised(_ expected: ForwarderCase) {
    let process = Self.process(expected.line, name: expected.name, uid: expected.uid)
    #expect(process.supervision(holding: 8080) == expected.forwarder.map { .forwarder($0) })
  }

  @Test func forwarderCountsBeforeTheUnitOfItsEngine() {
    for (program, unit, engine) in [
      ("docker-proxy", "docker.service", PortForwarder.Engine.docker), ("docker-proxy", "k.service", .docker),
      ("rootlessport", "podman.service", .podman), ("lxd forkproxy", "snap.lxd.daemon.service", .lxd),
    ] {
      let process = Self.process(program, in: "/system.slice/\(unit)")
      #expect(process.supervision() == .forwarder(PortForwarder(engine)), "\(program)")
    }
    // A unit that runs one container would start it again.
    let quadlet = SystemdUnit(name: "web.service", slice: "app.slice", managerUID: 1000)
    #expect(
      Self.process(
        "rootlessport", in: "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service", uid: 1000
      ).supervision() == .unit(quadlet))
  }

  @Test func monitorOfAContainerHoldsItsPorts() {
    let podman = "/usr/bin/conmon --api-version 1 -c \(Self.id) -u \(Self.id) --exit-command /usr/bin/podman"
    #expect(
      Self.process(podman, in: "/machine.slice/libpod-conmon-\(Self.id).scope").supervision()
        == .container(Container(runtime: .podman, id: Self.id)))
    let crio = "/usr/libexec/crio/conmon -b /run/x --cid \(Self.id)"
    #expect(
      Self.process(crio, exe: "/usr/libexec/crio/conmon").supervision()
        == .container(Container(runtime: .crio, id: Self.id)))
  }

  @Test func kubeProxysOwnPortsAreNotForwarded() {
    let pod = "/kubepods/pod8b0e5a4c-1f4b-4a5e-9a52-0f2b0a6f6d11/\(Self.id)"
    let process = Self.process("kube-proxy", in: pod)
    #expect(process.supervision(holding: 30080) == .forwarder(PortForwarder(.kubernetes)))
    for port in [10249, 10256] as [UInt16] {
      #expect(process.supervision(holding: port) == process.cgroup?.container.map { .container($0) })
    }
  }
}
