/// What the running kernel can tell about sockets, and what it would need to tell more.
public struct Capabilities: Hashable, Sendable, Codable {
  /// The release of the kernel.
  public var release: String
  /// Whether a request can make the kernel load modules.
  public var canLoadModules: Bool
  /// Why the kernel could not be asked at all; `nil` if it was asked.
  public var refusal: SockDiagError?
  /// The handlers, in the order of ``SocketHandler/all``.
  public var handlers: [HandlerCapability]
  /// The features that were tried. One that could not be tried is missing.
  public var features: [KernelFeature: Bool]
  /// The length of `tcp_info`, which grows with the kernel; `nil` if it could not be tried. Kernel: `struct tcp_info`,
  /// linux/tcp.h.
  public var tcpInfoByteCount: Int?

  /// Creates a value from its parts.
  public init(
    release: String, canLoadModules: Bool, refusal: SockDiagError? = nil, handlers: [HandlerCapability] = [],
    features: [KernelFeature: Bool] = [:], tcpInfoByteCount: Int? = nil
  ) {
    self.release = release
    self.canLoadModules = canLoadModules
    self.refusal = refusal
    self.handlers = handlers
    self.features = features
    self.tcpInfoByteCount = tcpInfoByteCount
  }
}

/// Whether the kernel has a handler, and where its code is.
public struct HandlerCapability: Hashable, Sendable, Codable {
  /// What the kernel says about a handler.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Answer: Hashable, Sendable, Codable {
    /// It has the handler.
    case present
    /// It has none: `ENOENT`.
    case missing
    /// It refused for another reason.
    case refused(SockDiagError)
    /// It was not asked, because the request could load a module.
    case notAsked
  }

  /// The handler.
  public var handler: SocketHandler
  /// What the kernel says.
  public var answer: Answer
  /// Where the code is, according to files.
  public var provider: ModuleProvider
  /// The name of the module on this kernel.
  public var module: String

  /// Creates a value from its parts.
  public init(_ handler: SocketHandler, _ answer: Answer, _ provider: ModuleProvider, module: String? = nil) {
    self.handler = handler
    self.answer = answer
    self.provider = provider
    self.module = module ?? handler.module
  }

  /// What would provide a handler that is missing or was not asked, without a full stop; `nil` if there is nothing to do.
  public var suggestion: String? {
    switch answer {
    case .present: return nil
    case .refused(let error): return error.suggestion
    case .missing, .notAsked: break
    }
    let removal = handler.removedIn.map { " before Linux \($0)" } ?? ""
    switch provider {
    // The module is there, and the family or the protocol is not.
    case .builtIn, .loaded: return "a kernel\(removal) that supports \(handler.name) sockets here"
    case .loadable: return "modprobe \(module)"
    case .absent: return "a kernel\(removal) with \(handler.option)"
    case .unknown: return "modprobe \(handler.moduleNames) on the host, or a kernel\(removal) with \(handler.option)"
    }
  }
}
