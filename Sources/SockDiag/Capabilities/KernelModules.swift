internal import Glibc

/// Where the kernel has the code of a module from.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum ModuleProvider: String, Hashable, Sendable, Codable {
  /// It is part of the kernel.
  case builtIn = "built-in"
  /// The module is loaded.
  case loaded
  /// The module is installed and not loaded.
  case loadable
  /// This kernel was built without it, or the module is not installed.
  case absent
  /// The files that would tell cannot be read, as in a container.
  case unknown
}

/// What is known about the modules of the running kernel, from files.
///
/// sock_diag loads the module of a handler at the first request for it, whoever asks: `sock_load_diag_module`,
/// net/core/sock_diag.c. No capability is needed. Since 4.17 it does so only if the family or the protocol itself is there.
public struct KernelModules: Hashable, Sendable {
  /// The release of the running kernel, as `uname -r` prints it.
  public let release: String
  /// Whether the kernel may load modules: `kernel.modprobe` names a program, and `kernel.modules_disabled` is 0.
  public let canLoad: Bool

  private let loaded: Set<String>
  /// The modules in the list of built-in ones; `nil` if it cannot be read.
  private let builtIn: Set<String>?
  /// The modules that are installed; `nil` if their list cannot be read.
  private let installed: Set<String>?
  /// The options of the kernel's configuration that are set; `nil` if it is not known.
  private let options: [String: Character]?

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - configuration: The text of the kernel's configuration, from `/boot/config-RELEASE` or unpacked from
  ///     `/proc/config.gz`; `nil` to read the former.
  ///   - root: The folder that stands for `/`.
  ///   - release: The release of the kernel; `nil` for the running one.
  public init(configuration: [UInt8]? = nil, root: String = "", release: String? = nil) {
    let release = release ?? Self.runningRelease
    self.release = release
    let folder = "\(root)/lib/modules/\(release)"
    loaded = Self.names(ProcText.read("\(root)/proc/modules")) { $0.split(separator: 0x20).first.map(Array.init) } ?? []
    builtIn = Self.names(ProcText.read("\(folder)/modules.builtin"), Self.fileName)
    installed = Self.names(ProcText.read("\(folder)/modules.dep")) { line in
      line.split(separator: UInt8(ascii: ":")).first.flatMap { Self.fileName(Array($0)) }
    }
    options = (configuration ?? ProcText.read("\(root)/boot/config-\(release)")).map(Self.options)
    let program = ProcText.read("\(root)/proc/sys/kernel/modprobe")?.words.first
    let isDisabled = ProcText.read("\(root)/proc/sys/kernel/modules_disabled")?.words.first == [UInt8(ascii: "1")]
    canLoad = program != nil && !isDisabled
  }

  /// The name that the module of a handler has on this kernel, as far as the files show it.
  public func module(of handler: SocketHandler) -> String {
    guard let earlier = handler.earlierModule else { return handler.module }
    let known = loaded.union(builtIn ?? []).union(installed ?? [])
    return known.contains(earlier) && !known.contains(handler.module) ? earlier : handler.module
  }

  /// Where the code of a handler is.
  public func provider(of handler: SocketHandler) -> ModuleProvider {
    // The module may serve other sockets: that of UDP-Lite is that of UDP.
    if let version = handler.removedIn, !Self.numbers(release).lexicographicallyPrecedes(Self.numbers(version)) {
      return .absent
    }
    let module = module(of: handler)
    if loaded.contains(module) { return .loaded }
    if builtIn?.contains(module) == true || options?[handler.option] == "y" { return .builtIn }
    if installed?.contains(module) == true { return .loadable }
    // An option that is not set, or whose conditions do not hold, is not in the list.
    if let options { return options[handler.option] == "m" && installed == nil ? .loadable : .absent }
    return installed == nil ? .unknown : .absent
  }

  /// Whether a request for the handler could make the kernel load a module.
  public func askingMayLoad(_ handler: SocketHandler) -> Bool {
    guard canLoad else { return false }
    return switch provider(of: handler) {
    case .builtIn, .loaded: false
    // A family that is built in may still look for its module: then there is none to load.
    case .absent: false
    case .loadable, .unknown: true
    }
  }

  private static func names(_ text: [UInt8]?, _ name: ([UInt8]) -> [UInt8]?) -> Set<String>? {
    text.map { text in
      Set(text.split(separator: 0x0a).compactMap { name(Array($0)).map { String(decoding: $0, as: UTF8.self) } })
    }
  }

  /// The name of a module from the path of its file, which may be compressed: `kernel/net/ipv4/tcp_diag.ko.xz`.
  private static func fileName(_ path: [UInt8]) -> [UInt8]? {
    guard let file = path.split(separator: UInt8(ascii: "/")).last,
      let name = file.split(separator: UInt8(ascii: ".")).first
    else { return nil }
    return name.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
  }

  private static func options(_ text: [UInt8]) -> [String: Character] {
    var options: [String: Character] = [:]
    for line in text.split(separator: 0x0a) {
      let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard parts.count == 2, parts[1].count == 1, parts[0].starts(with: "CONFIG_".utf8), let value = parts[1].first
      else { continue }
      options[String(decoding: parts[0], as: UTF8.self)] = Character(UnicodeScalar(value))
    }
    return options
  }

  /// The first two numbers of a release: 6 and 12 of `6.12.9-amd64`.
  private static func numbers(_ release: String) -> [Int] {
    release.split(whereSeparator: { !$0.isNumber }).prefix(2).map { Int($0) ?? 0 }
  }

  private static var runningRelease: String {
    var names = utsname()
    // SAFETY: uname fills the structure, each member a terminated string.
    guard unsafe uname(&names) == 0 else { return "" }
    // SAFETY: the bytes are read during the call.
    return unsafe withUnsafeBytes(of: &names.release) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
