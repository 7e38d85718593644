import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagWire
import Testing

/// Looking up one socket: the request that is sent, and the search that follows if the kernel's look-up misses.
@Suite struct ExactSocketTests {
  private typealias Event = ScriptedKernel.Event

  private static let absent: [Event] = [.messages([.error(ENOENT)])]
  private static let empty: [Event] = [.messages([.done()])]
  private static let found: [Event] = [.messages([.socket(port: 1, cookie: 7)])]

  private static func reader(_ script: [[Event]], _ log: ScriptedKernel.Log) -> InetReader<ScriptedKernel> {
    InetReader(ScriptedKernel(script, log: log))
  }

  /// A socket as it was read from a scripted kernel, or without a cookie, as from `/proc/net`.
  private static func socket(
    _ kind: TransportProtocol = .tcp, _ state: SocketState = .established, cookie: UInt64? = 7
  ) throws -> InetSocket {
    let member = cookie.map { "\"cookie\":\"\($0)\"," } ?? ""
    let text = """
      {"protocol":"\(kind)","family":"inet","state":"\(state)",\(member)"inode":1,"receive_queue":0,"send_queue":0,
      "interface":3,"local":{"address":"127.0.0.1","port":1},"remote":{"address":"127.0.0.1","port":80}}
      """
    return try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
  }

  // MARK: The request

  @Test func tcpAddressesAreSentInTheirOrder() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.found], log)
    let socket = try reader.socket(
      .tcp, local: "127.0.0.1:1", remote: "127.0.0.1:80", interfaceIndex: 3, details: .tcpInfo)
    #expect(socket?.local.port == 1)
    let request = try #require(log.requests.first)
    #expect(request.form == .get && request.protocol == .tcp && request.family == .inet)
    #expect(request.local == "127.0.0.1:1" && request.remote == "127.0.0.1:80")
    #expect(request.interfaceIndex == 3 && request.details == .tcpInfo && request.cookie == .any)
  }

  @Test func udpAddressesAreSentSwapped() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.found, Self.found], log)
    _ = try reader.socket(.udp, local: "127.0.0.1:53", remote: "127.0.0.1:4000")
    _ = try reader.socket(.udp, local: "[::1]:53", remote: nil)
    #expect(log.requests.map(\.local) == ["127.0.0.1:4000", "[::]:0"])
    #expect(log.requests.map(\.remote) == ["127.0.0.1:53", "[::1]:53"])
  }

  @Test func addressesOfTwoFamiliesAreRefusedWithoutARequest() {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.found], log)
    let error = #expect(throws: SockDiagError.self) {
      try reader.socket(.tcp, local: "127.0.0.1:1", remote: "[::1]:80")
    }
    #expect(error?.code == .invalidRequest)
    #expect(log.messages.isEmpty)
  }

  // MARK: The same socket as it is now

  @Test func theCurrentSocketIsAskedForByItsCookie() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.found], log)
    #expect(try reader.current(try Self.socket(), details: .memory)?.cookie?.rawValue == 7)
    let request = try #require(log.requests.first)
    #expect(request.cookie.rawValue == 7 && request.interfaceIndex == 3 && request.details == .memory)
  }

  @Test func aSocketWithoutCookieIsNotLookedUp() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.found], log)
    #expect(try reader.current(try Self.socket(cookie: nil)) == nil)
    #expect(log.messages.isEmpty)
  }

  @Test func aConnectionThatIsNotFoundIsNotSearchedFor() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.absent, Self.empty], log)
    #expect(try reader.current(try Self.socket()) == nil)
    // The second one asks whether the kernel has a handler.
    #expect(log.requests.map(\.form) == [.get, .dump])
    #expect(log.requests.last?.states == [])
  }

  @Test(arguments: [SocketState.listen, .boundInactive])
  func aSocketThatSharesItsPortIsSearchedForByItsCookie(_ state: SocketState) throws {
    let log = ScriptedKernel.Log()
    let port: [Event] = [
      .messages([
        .socket(port: 1, cookie: 6, state: .listen), .socket(port: 1, cookie: 7, state: .listen), .done(),
      ])
    ]
    var reader = Self.reader([Self.absent, Self.empty, port], log)
    #expect(try reader.current(try Self.socket(.tcp, state))?.cookie?.rawValue == 7)
    #expect(log.requests.last?.states == [.listen, .boundInactive])
  }

  @Test func aUDPSocketIsSearchedForInAllStates() throws {
    let log = ScriptedKernel.Log()
    let other: [Event] = [.messages([.socket(port: 1, cookie: 8, state: .close), .done()])]
    var reader = Self.reader([Self.absent, Self.empty, other], log)
    #expect(try reader.current(try Self.socket(.udp, .close)) == nil)
    #expect(log.requests.last?.states == .all)
  }
}
