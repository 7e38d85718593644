import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// What an inspector finds out about a kernel.
@Suite struct CapabilitiesTests {
  private static let release = KernelModules(root: "/nonexistent").release

  private static let loader = ["proc/sys/kernel/modprobe": "/sbin/modprobe\n"]

  @Test func handlersAreThoseOfTheKernel() throws {
    let kernel = SimulatedKernel()
    kernel.protocols = [.tcp, .sctp]
    kernel.families = [.inet, .inet6, .unix, .xdp]
    var inspector = SocketInspector(asking: kernel)
    let capabilities = try inspector.capabilities(modules: KernelModules(root: "/nonexistent"))
    #expect(capabilities.release == Self.release && !capabilities.canLoadModules)
    #expect(capabilities.handlers.map(\.handler) == SocketHandler.all)
    #expect(
      capabilities.handlers.filter { $0.answer == .present }.map(\.handler.name) == ["tcp", "sctp", "unix", "xdp"])
    #expect(capabilities.handlers.filter { $0.answer == .missing }.count == SocketHandler.all.count - 4)
    #expect(capabilities.features[.oneWalk] == true)
    #expect(capabilities.features[.destroy] == true)
    #expect(capabilities.features[.filterCgroup] == true)
    // The sockets of the probe are not among those of a simulated kernel, so nothing is known.
    #expect(capabilities.features[.boundInactive] == nil && capabilities.features[.events] == nil)
    #expect(capabilities.tcpInfoByteCount == nil)
  }

  @Test func handlerThatIsPresentIsAskedForOnce() throws {
    let kernel = SimulatedKernel()
    var inspector = SocketInspector(asking: kernel)
    func answer(_ inspector: inout SocketInspector, _ name: String) throws -> HandlerCapability.Answer? {
      try inspector.capabilities(modules: KernelModules(root: "/nonexistent")).handlers.first {
        $0.handler.name == name
      }?.answer
    }
    #expect(try answer(&inspector, "udp") == .present)
    #expect(try answer(&inspector, "unix") == .missing)
    // A module may be loaded later, and the answer that there is one does not change.
    kernel.protocols = [.tcp]
    kernel.families = [.inet, .inet6, .unix]
    #expect(try answer(&inspector, "udp") == .present)
    #expect(try answer(&inspector, "unix") == .present)
  }

  @Test func requestThatWouldLoadAModuleIsNotMade() throws {
    let proc = try FakeProc(
      Self.loader.merging([
        "proc/modules": "tcp_diag 16384 0 - Live 0x0\ninet_diag 28672 1 tcp_diag, Live 0x0\n",
        "lib/modules/\(Self.release)/modules.builtin": "kernel/net/unix/unix_diag.ko\n",
        "lib/modules/\(Self.release)/modules.dep":
          "kernel/net/packet/af_packet_diag.ko.xz: \nkernel/net/xdp/xsk-diag.ko:\nkernel/net/ipv4/tcp_diag.ko.xz: x\n",
      ]) { $1 })
    let modules = KernelModules(root: proc.root)
    #expect(modules.canLoad)
    let expected: [String: ModuleProvider] = [
      "tcp": .loaded, "unix": .builtIn, "packet": .loadable, "xdp": .loadable, "udp": .absent, "vsock": .absent,
    ]
    for (name, provider) in expected {
      let handler = try #require(SocketHandler.all.first { $0.name == name })
      #expect(modules.provider(of: handler) == provider, "\(name)")
      #expect(modules.askingMayLoad(handler) == (provider == .loadable), "\(name)")
    }
    let kernel = SimulatedKernel()
    kernel.families = [.inet, .inet6, .packet]
    var inspector = SocketInspector(asking: kernel)
    let careful = try inspector.capabilities(modules: modules)
    let packet = try #require(careful.handlers.first { $0.handler.name == "packet" })
    #expect(packet.answer == .notAsked && packet.suggestion == "modprobe af_packet_diag")
    let loading = try inspector.capabilities(modules: modules, loading: true)
    #expect(loading.handlers.first { $0.handler.name == "packet" }?.answer == .present)
    #expect(loading.handlers.first { $0.handler.name == "xdp" }?.answer == .missing)
  }

  /// TIPC's module got another name in Linux 6.11.
  @Test(arguments: [("diag", "diag"), ("tipc_diag", "tipc_diag"), ("diag tipc_diag", "tipc_diag")])
  func moduleHasTheNameThatItHasOnThisKernel(installed: String, name: String) throws {
    let handler = try #require(SocketHandler.handler(of: .tipc))
    let lines = installed.split(separator: " ").map { "kernel/net/tipc/\($0).ko: kernel/net/tipc/tipc.ko\n" }
    let proc = try FakeProc(
      Self.loader.merging(["lib/modules/\(Self.release)/modules.dep": lines.joined()]) { $1 })
    let modules = KernelModules(root: proc.root)
    #expect(modules.module(of: handler) == name)
    #expect(modules.provider(of: handler) == .loadable)
    var inspector = SocketInspector(asking: SimulatedKernel())
    let capability = try inspector.capabilities(modules: modules).handlers.first { $0.handler == handler }
    #expect(capability?.module == name && capability?.suggestion == "modprobe \(name)")
    let loaded = try FakeProc(Self.loader.merging(["proc/modules": "\(name) 16384 0 - Live 0x0\n"]) { $1 })
    #expect(KernelModules(root: loaded.root).provider(of: handler) == .loaded)
  }

  @Test func withoutFilesAnyModuleMayBeLoaded() throws {
    let proc = try FakeProc(Self.loader)
    let modules = KernelModules(root: proc.root, release: "6.1.0-57-amd64")
    for handler in SocketHandler.all {
      #expect(modules.provider(of: handler) == .unknown && modules.askingMayLoad(handler))
    }
  }

  /// UDP-Lite had the module of UDP, which is still there.
  @Test(arguments: [
    ("6.15.9", "dccp", true), ("6.16.0-rc1", "dccp", false), ("7.0.12", "udplite", true),
    ("7.2.13+deb14", "udplite", false),
    ("10.0", "udplite", false),
  ])
  func removedHandlerIsAbsentWhateverTheModules(release: String, name: String, isThere: Bool) throws {
    let handler = try #require(SocketHandler.all.first { $0.name == name })
    let proc = try FakeProc(Self.loader.merging(["proc/modules": "\(handler.module) 16384 0 - Live 0x0\n"]) { $1 })
    #expect(KernelModules(root: proc.root, release: release).provider(of: handler) == (isThere ? .loaded : .absent))
  }

  @Test func kernelThatLoadsNothingIsAskedForAll() throws {
    for files in [
      ["proc/sys/kernel/modprobe": "\n"],
      Self.loader.merging(["proc/sys/kernel/modules_disabled": "1\n"]) { $1 }, ["proc/modules": ""],
    ] {
      let proc = try FakeProc(files)
      let modules = KernelModules(root: proc.root)
      #expect(!modules.canLoad)
      #expect(SocketHandler.all.allSatisfy { !modules.askingMayLoad($0) })
    }
  }

  @Test func configurationTellsWhatTheKernelWasBuiltWith() throws {
    let text = """
      # CONFIG_TIPC is not set
      CONFIG_UNIX_DIAG=y
      CONFIG_PACKET_DIAG=m
      CONFIG_CMDLINE="quiet CONFIG_SMC_DIAG=y"
      # CONFIG_NETLINK_DIAG is not set
      """
    let proc = try FakeProc(Self.loader)
    let modules = KernelModules(configuration: Array(text.utf8), root: proc.root)
    for (family, provider) in [
      (AddressFamily.unix, ModuleProvider.builtIn), (.packet, .loadable), (.netlink, .absent), (.smc, .absent),
    ] {
      let handler = try #require(SocketHandler.handler(of: family))
      #expect(modules.provider(of: handler) == provider, "\(family)")
    }
    // The same from /boot.
    let boot = try FakeProc(["boot/config-\(Self.release)": text])
    #expect(KernelModules(root: boot.root).provider(of: try #require(SocketHandler.handler(of: .unix))) == .builtIn)
  }

  @Test func cureNamesTheKernelsThatHadTheHandler() throws {
    let dccp = try #require(SocketHandler.handler(of: .dccp))
    #expect(
      HandlerCapability(dccp, .missing, .absent).suggestion == "a kernel before Linux 6.16 with CONFIG_INET_DCCP_DIAG")
    #expect(HandlerCapability(dccp, .present, .builtIn).suggestion == nil)
  }

  // MARK: The running kernel

  @Test func runningKernelAnswersWhatItsListsShow() throws {
    var inspector = try SocketInspector()
    guard inspector.refusal == nil else { return }
    let capabilities = try inspector.capabilities()
    #expect(capabilities.handlers.first?.answer == .present)
    #expect(capabilities.features[.oneWalk] == true)
    let bytes = try #require(capabilities.tcpInfoByteCount)
    #expect(bytes >= 104)
    // The probe's sockets are closed.
    guard let listener = ListeningSocket() else { return }
    let query = SocketQuery(.tcp, family: .inet, states: .listen, details: .all)
    let listeners = try inspector.dump(query).sockets
    let inode = listener.inode
    let record = try #require(listeners.first { $0.inode == inode })
    #expect(capabilities.features[.cgroupID] == (record.cgroupID != nil))
    #expect(capabilities.features[.socketOptions] == (record.options != nil))
    #expect(record.tcpInfo?.byteCount == bytes)
    let again = try inspector.capabilities()
    #expect(again == capabilities)
  }
}

/// A listener of this process.
private struct ListeningSocket: ~Copyable {
  let descriptor: Int32
  let inode: UInt32

  init?() {
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var status = stat()
    // SAFETY: fstat fills the structure and keeps nothing.
    guard made >= 0, listen(made, 1) == 0, unsafe fstat(made, &status) == 0 else { return nil }
    descriptor = made
    inode = UInt32(truncatingIfNeeded: status.st_ino)
  }

  deinit { close(descriptor) }
}
