internal import Glibc
internal import SockDiagWire

extension SocketInspector {
  /// Asks the kernel what it can tell.
  ///
  /// Each question is a request for no sockets or few, and is asked once: what cannot change is remembered. Some features
  /// show only on a socket, so two sockets are made on the loopback address of the inspector's network namespace and closed
  /// again. They listen for a millisecond on a port that the kernel chooses. Where a sandbox forbids it, or the namespace
  /// can no longer be entered, these features are missing from the result.
  ///
  /// - Parameters:
  ///   - modules: What is known about the kernel's modules.
  ///   - loading: Whether to ask about handlers whose module the request would load. Otherwise their answer is
  ///     ``HandlerCapability/Answer/notAsked``.
  /// - Throws: ``SockDiagError`` if the conversation itself fails.
  public mutating func capabilities(
    modules: KernelModules = KernelModules(), loading: Bool = false
  ) throws(SockDiagError) -> Capabilities {
    var result = Capabilities(release: modules.release, canLoadModules: modules.canLoad, refusal: refusal)
    let observer = reader.conversation.observer
    reader.conversation.observer = nil
    defer { reader.conversation.observer = observer }
    for handler in SocketHandler.all {
      let isAsked = refusal == nil && (loading || !modules.askingMayLoad(handler))
      let answer = isAsked ? try reader.capabilities.answer(of: handler, on: &reader.conversation) : .notAsked
      result.handlers.append(
        HandlerCapability(handler, answer, modules.provider(of: handler), module: modules.module(of: handler)))
    }
    // The other features are those of TCP.
    guard result.handlers.first?.answer == .present else { return result }
    try reader.learnFeatures(in: networkNamespace)
    result.features = reader.capabilities.features
    result.tcpInfoByteCount = reader.capabilities.tcpInfoByteCount
    return result
  }

  /// Whether the kernel refuses to report values of BPF programs to this process (``SocketQuery/includesStorages``).
  package mutating func refusesStorages() throws(SockDiagError) -> Bool {
    try reader.capabilities.refusesStorages(on: &reader.conversation)
  }
}

extension InetReader where Transport: ~Copyable {
  /// Tries each feature that is not known yet.
  mutating func learnFeatures(in namespace: NetworkNamespace?) throws(SockDiagError) {
    for (feature, `protocol`) in [(KernelFeature.oneWalk, TransportProtocol.tcp), (.oneWalkForUDP, .udp)]
    where capabilities.features[feature] == nil {
      capabilities.features[feature] = try capabilities.servesBothFamilies(`protocol`, on: &conversation)
    }
    _ = try capabilities.learnRefusals(of: .everything, on: &conversation)
    for (feature, operation) in [
      (KernelFeature.filterPort, InetBytecode.Operations.portEquality), (.filterInterface, .interface),
      (.filterMark, .mark), (.filterCgroup, .cgroup),
    ] {
      capabilities.features[feature] = capabilities.isAccepted(operation)
    }
    if capabilities.features[.destroy] == nil { capabilities.features[.destroy] = try canDestroy() }
    if capabilities.features[.boundInactive] == nil || capabilities.features[.events] == nil {
      try learnFromSockets(in: namespace)
    }
  }

  /// Whether the kernel destroys sockets; `nil` if it does not say.
  ///
  /// The request has port 0 and a cookie that no socket has, so no socket can match. A kernel that could obey looks for it
  /// and finds none; any other refuses first: `inet_diag_cmd_exact`, net/ipv4/inet_diag.c.
  private mutating func canDestroy() throws(SockDiagError) -> Bool? {
    var request = InetRequest(.destroy, .tcp, .inet)
    request.local = SocketAddress(IPAddress(v4: 0x7f00_0001), port: 0)
    request.remote = request.local
    request.cookie = SocketCookie(rawValue: .max - 1)
    return switch try conversation.acknowledged(request, operation: "ask whether sockets can be destroyed").errno {
    case ENOENT: true
    // EINVAL: before 4.5.
    case EOPNOTSUPP, EINVAL: false
    default: nil
    }
  }

  /// Learns what only a socket in the namespace of the conversation shows, if that can be entered.
  private mutating func learnFromSockets(in namespace: NetworkNamespace?) throws(SockDiagError) {
    guard let namespace else { return try learnFromSockets() }
    do throws(SockDiagError) {
      try namespace.perform { () throws(SockDiagError) in try learnFromSockets() }
    } catch {
      guard [.namespaceGone, .namespaceForbidden].contains(error.code) else { throw error }
    }
  }

  /// Learns what only a socket shows.
  private mutating func learnFromSockets() throws(SockDiagError) {
    // It has to exist before the socket ends.
    var events = try? EventReader(EventSubscription(.tcp4, receiveBuffer: SocketEvents.defaultReceiveBuffer))
    guard let cookie = try learnFromListener(), events != nil else { return }
    capabilities.features[.events] = events?.announces(cookie)
  }

  /// Learns what a listener and a bound socket show, and closes both.
  ///
  /// - Returns: The cookie of the listener; `nil` if the conversation is with another network namespace or a simulated
  ///   kernel, or if the sockets cannot be made.
  private mutating func learnFromListener() throws(SockDiagError) -> SocketCookie? {
    guard let listener = ProbeSocket(isListening: true), let record = try record(of: listener, in: .listen) else {
      return nil
    }
    capabilities.tcpInfoByteCount = record.tcpInfo?.byteCount
    capabilities.features[.cgroupID] = record.cgroupID != nil
    capabilities.features[.socketOptions] = record.options != nil
    if let bound = ProbeSocket(isListening: false) {
      capabilities.features[.boundInactive] = try self.record(of: bound, in: .boundInactive) != nil
    }
    return record.cookie
  }

  private mutating func record(
    of socket: borrowing ProbeSocket, in states: SocketStateSet
  ) throws(SockDiagError) -> InetSocket? {
    var request = InetRequest(.dump, .tcp, .inet)
    request.states = states
    request.details = .all
    request.local.port = socket.port
    let inode = socket.inode
    var found: InetSocket?
    _ = try conversation.dump(request) { bytes, payload in
      var socket = InetSocket()
      _ = try? decoder.decode(payload, in: bytes, protocol: .tcp, into: &socket)
      guard socket.inode == inode else { return .continue }
      found = socket
      return .stop
    }
    return found
  }
}

extension EventReader where Transport == EventSubscription {
  /// Whether the kernel announces the end of a socket that was just closed, within half a second.
  fileprivate mutating func announces(_ cookie: SocketCookie) -> Bool {
    let end = ContinuousClock.now + .milliseconds(500)
    repeat {
      while let event = try? nextIfReady() {
        if case .destroyed(let socket) = event, socket.cookie == cookie { return true }
      }
      transport.waitUntilReadable(milliseconds: 20)
    } while ContinuousClock.now < end
    return false
  }
}
