public import SockDiag
internal import Synchronization

/// A kernel for tests: it answers inspectors from a list of sockets, without root and without netlink.
///
/// ```swift
/// let kernel = SimulatedKernel([
///   .specimen(.tcp, .listen, local: "0.0.0.0:443"),
///   .specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000") { $0.uid = 33 },
/// ])
/// var inspector = SocketInspector(asking: kernel)
/// try inspector.dump(SocketQuery(.tcp)).sockets.count          // 1, the connection
/// kernel.answer(.dump, with: .error(EPERM))
/// try inspector.dump(SocketQuery(.tcp))                        // throws SockDiagError.Code.permissionDenied
/// ```
///
/// The inspector encodes each request, and the kernel decodes it, runs its filter program and answers with the bytes that
/// Linux would send. So a test covers the whole path of a query. A destroyed socket leaves the list. The list may change
/// between two requests, and several inspectors, on several threads, may ask the same kernel.
///
/// It simplifies details that a test of a program rarely needs: a filter takes every port for one that the program chose, a
/// look-up takes the first socket that fits, and a reader is told all that root is told. Sockets of other families than IPv4
/// and IPv6 are given as the records of a real kernel, in ``records`` or in a capture.
public final class SimulatedKernel: Sendable {
  struct State {
    var sockets: [InetSocket] = []
    var protocols: Set<TransportProtocol> = [.tcp, .udp]
    var families: Set<AddressFamily> = [.inet, .inet6]
    var records: [AddressFamily: [[UInt8]]] = [:]
    var reportsStorages = true
    var requests: [InetRequest] = []
    var scripted: [(form: InetRequest.Form, answer: SimulatedAnswer, times: Int)] = []
    var lastCookie: UInt64 = 0
    var subscribers: [WeakSubscriber] = []
  }

  let state: Mutex<State>

  /// Creates a kernel with these sockets. One without a cookie gets one.
  public init(_ sockets: [InetSocket] = []) {
    state = Mutex(State())
    self.sockets = sockets
  }

  /// Creates a kernel with the sockets of a capture: pcap, pcapng, or the messages that `ss -D` writes.
  ///
  /// A socket that the capture holds several times is there once, as the capture had it last.
  ///
  /// - Throws: `WireError` if the bytes are no capture.
  public convenience init(replaying capture: Span<UInt8>) throws(WireError) {
    var sockets: [InetSocket] = []
    var places: [Identity: Int] = [:]
    for socket in try CaptureDecoder.sockets(in: capture).sockets.compactMap(\.inet) {
      let identity = Identity(socket)
      if let place = places[identity] {
        sockets[place] = socket
      } else {
        places[identity] = sockets.count
        sockets.append(socket)
      }
    }
    self.init(sockets)
    for (family, records) in try Self.records(of: capture) { self.records[family] = records }
  }

  /// The records of other families than IPv4 and IPv6, as the capture has them.
  private static func records(of capture: Span<UInt8>) throws(WireError) -> [AddressFamily: [[UInt8]]] {
    var reader = try CaptureReader(capture)
    var records: [AddressFamily: [[UInt8]]] = [:]
    while reader.failure == nil {
      // What is damaged is left out.
      guard let packet = try? reader.next(in: capture) else {
        if reader.failure == nil, reader.offset < capture.count { continue }
        break
      }
      // Records of the other byte order would have to be translated.
      guard packet.netlinkFamily == .sockDiag, packet.direction != .toKernel, !packet.isForeign else { continue }
      var cursor = NetlinkCursor(packet.range)
      while let message = try? cursor.next(in: capture) {
        guard message.header.type == .sockDiagByFamily, let start = message.payload.first else { continue }
        let family = AddressFamily(rawValue: capture[start])
        if family == .inet || family == .inet6 { continue }
        records[family, default: []].append(message.payload.map { capture[$0] })
      }
    }
    return records
  }

  /// The sockets, in the order of a dump. One without a cookie gets one when it is set.
  public var sockets: [InetSocket] {
    get { state.withLock { $0.sockets } }
    set {
      state.withLock { state in
        state.sockets = newValue.map { socket in
          if let cookie = socket.cookie, cookie.rawValue != 0 { return socket }
          state.lastCookie += 1
          let cookie = SocketCookie(rawValue: state.lastCookie)
          return socket.changing { $0.cookie = cookie }
        }
      }
    }
  }

  /// The protocols for which the kernel has a handler. By default TCP and UDP.
  public var protocols: Set<TransportProtocol> {
    get { state.withLock { $0.protocols } }
    set { state.withLock { $0.protocols = newValue } }
  }

  /// The families for which the kernel has a handler. By default IPv4, IPv6, and those that ``records`` has.
  public var families: Set<AddressFamily> {
    get { state.withLock { $0.families } }
    set { state.withLock { $0.families = newValue } }
  }

  /// Whether the kernel reports values of BPF programs, which it does to readers with CAP_BPF. Otherwise it refuses each
  /// request for them.
  public var reportsStorages: Bool {
    get { state.withLock { $0.reportsStorages } }
    set { state.withLock { $0.reportsStorages = newValue } }
  }

  /// Records of other families than IPv4 and IPv6, as the kernel sends them: what follows the header of each message. A
  /// dump sends all of its family, whatever the request asks for. A family that is set gets a handler.
  public var records: [AddressFamily: [[UInt8]]] {
    get { state.withLock { $0.records } }
    set {
      state.withLock { state in
        state.families.formUnion(Set(newValue.keys).subtracting(state.records.keys))
        state.records = newValue
      }
    }
  }

  /// The requests for sockets of IPv4 and IPv6 so far. Those by which an inspector finds out what the kernel can do ask for no states and are left out.
  public var requests: [InetRequest] { state.withLock { $0.requests } }

  /// Answers the next requests of a kind in another way.
  ///
  /// - Parameters:
  ///   - form: The kind of request.
  ///   - answer: What comes in place of the usual answer.
  ///   - times: How many requests are answered so. An inspector repeats a dump that was interrupted, up to two times.
  public func answer(_ form: InetRequest.Form, with answer: SimulatedAnswer, times: Int = 1) {
    if times < 1 { return }
    state.withLock { $0.scripted.append((form, answer, times)) }
  }
}

/// What tells a socket of a capture from others. A TIME_WAIT record has the cookie of the socket that it came from.
private struct Identity: Hashable {
  private let cookie: SocketCookie?
  private let `protocol`: TransportProtocol
  private let local: SocketAddress
  private let remote: SocketAddress

  init(_ socket: InetSocket) {
    cookie = socket.cookie
    `protocol` = socket.protocol
    local = socket.local
    remote = socket.remote
  }
}
