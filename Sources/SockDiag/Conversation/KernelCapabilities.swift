package import SockDiagWire

/// What the kernel on the other side of a conversation can do. Each question is asked once.
///
/// Only answers that cannot change are remembered: a module may be loaded later, and memory may be short just now.
package struct KernelCapabilities: Sendable {
  private var acceptsLegacyMessage: Bool?
  private var readsProtocolAttribute: Bool?
  private var handlers: Set<Handler> = []
  /// The handlers of ``SocketHandler/all`` that the kernel has.
  private var presentHandlers: Set<SocketHandler> = []
  /// The features that were tried.
  var features: [KernelFeature: Bool] = [:]
  /// The length of `tcp_info`; `nil` if it was not tried.
  var tcpInfoByteCount: Int?
  private var acceptedOperations: InetBytecode.Operations = []
  /// Operations of filter programs that the kernel refuses, as far as it was asked.
  package private(set) var refusedOperations: InetBytecode.Operations = []

  /// A protocol of a family. The kernel has a handler for each.
  private struct Handler: Hashable, Sendable {
    var family: AddressFamily
    var `protocol`: TransportProtocol
  }

  package init() {}

  /// Whether one walk over the tables serves IPv4 and IPv6.
  package mutating func servesBothFamilies<Transport: NetlinkTransport & ~Copyable>(
    _ protocol: TransportProtocol, on conversation: inout Conversation<Transport>
  ) throws(SockDiagError) -> Bool {
    // The handler for raw sockets answers a request without family with no sockets (raw_get_hashinfo,
    // net/ipv4/raw_diag.c). SCTP and DCCP have few sockets, for which a second walk costs little.
    if [.raw, .sctp, .dccp].contains(`protocol`) { return false }
    if acceptsLegacyMessage == nil {
      switch try conversation.probe(InetRequest(.dump, .tcp, nil))?.code {
      case nil: acceptsLegacyMessage = true
      case .invalidRequest: acceptsLegacyMessage = false
      default: return false
      }
    }
    guard acceptsLegacyMessage == true, `protocol` != .tcp else { return acceptsLegacyMessage == true }
    if readsProtocolAttribute == nil {
      // Kernels before 5.9 ignore the attribute that names the protocol, and would answer with TCP sockets. A number that
      // no protocol can have shows which kernel it is: newer ones report that they have no handler for it, and load no
      // module.
      switch try conversation.probe(InetRequest(.dump, TransportProtocol(rawValue: .max), nil))?.code {
      case nil: readsProtocolAttribute = false
      case .missingProtocolHandler: readsProtocolAttribute = true
      default: return false
      }
    }
    return readsProtocolAttribute == true
  }

  /// Checks that the kernel has a handler for a protocol of a family.
  ///
  /// An exact request gets the same errno for a missing socket, a missing protocol and a missing family. A dump of no
  /// states at all shows which one it is.
  ///
  /// - Throws: ``SockDiagError``: `Code.missingProtocolHandler`, `Code.missingFamily`, or the kernel's refusal.
  package mutating func confirmHandler<Transport: NetlinkTransport & ~Copyable>(
    _ protocol: TransportProtocol, _ family: AddressFamily, on conversation: inout Conversation<Transport>
  ) throws(SockDiagError) {
    let handler = Handler(family: family, protocol: `protocol`)
    if handlers.contains(handler) { return }
    if let error = try conversation.probe(InetRequest(.dump, `protocol`, family)) { throw error }
    handlers.insert(handler)
  }

  /// What the kernel says about a handler. A handler that it has stays.
  mutating func answer<Transport: NetlinkTransport & ~Copyable>(
    of handler: SocketHandler, on conversation: inout Conversation<Transport>
  ) throws(SockDiagError) -> HandlerCapability.Answer {
    if presentHandlers.contains(handler) { return .present }
    guard let error = try conversation.probe(handler.request) else {
      presentHandlers.insert(handler)
      return .present
    }
    let isMissing = error.code == .missingProtocolHandler || error.code == .missingFamily
    return isMissing ? .missing : .refused(error)
  }

  /// Whether the kernel refuses to report values of BPF programs to this reader. The answer is not remembered: it depends
  /// on the privileges of the reader.
  package func refusesStorages<Transport: NetlinkTransport & ~Copyable>(
    on conversation: inout Conversation<Transport>
  ) throws(SockDiagError) -> Bool {
    var request = InetRequest(.dump, .tcp, .inet)
    request.storages = []
    return try conversation.probe(request)?.code == .permissionDenied
  }

  /// Whether the kernel accepts an operation of filter programs; `nil` if that is not known.
  func isAccepted(_ operation: InetBytecode.Operations) -> Bool? {
    if !acceptedOperations.isDisjoint(with: operation) { return true }
    return refusedOperations.isDisjoint(with: operation) ? nil : false
  }

  /// Asks about each operation of filter programs about which the kernel was not asked yet.
  ///
  /// - Returns: Whether the kernel refused any of them.
  package mutating func learnRefusals<Transport: NetlinkTransport & ~Copyable>(
    of operations: InetBytecode.Operations, on conversation: inout Conversation<Transport>
  ) throws(SockDiagError) -> Bool {
    var isRefused = false
    for kind in InetBytecode.Operations.kinds
    where operations.contains(kind) && acceptedOperations.union(refusedOperations).isDisjoint(with: kind) {
      var request = InetRequest(.dump, .tcp, .inet)
      request.bytecode = InetBytecode(probing: kind).bytes
      switch try conversation.probe(request)?.code {
      case .invalidRequest, .permissionDenied:
        refusedOperations.formUnion(kind)
        isRefused = true
      case nil: acceptedOperations.formUnion(kind)
      // This error has another cause, so it says nothing about the operation.
      default: break
      }
    }
    return isRefused
  }
}
