#if MetricsServer
  import Glibc

  /// A connection to a server on the loopback address, which sends any bytes.
  final class HTTPClient {
    let descriptor: Int32

    init(port: UInt16) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      // SAFETY: connect reads the structure during the call.
      let result = unsafe withUnsafeBytes(of: &address) {
        unsafe connect(
          descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_in>.size))
      }
      guard result == 0 else { throw Failure(errno: errno) }
    }

    deinit { close(descriptor) }

    struct Failure: Error { var errno: Int32 }

    /// Sends bytes; `false` if the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
      let bytes = Array(text.utf8)
      // SAFETY: send reads the bytes during the call.
      return unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// What the server sends until it closes the connection, or until the text contains something.
    func receive(until mark: String? = nil, seconds: Int = 30) -> String {
      var timeout = timeval(tv_sec: seconds, tv_usec: 0)
      // SAFETY: the call reads the structure.
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
      var text: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while mark.map({ !String(decoding: text, as: UTF8.self).contains($0) }) ?? true {
        // SAFETY: recv fills at most the bytes of the buffer.
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        if count <= 0 { break }
        text += buffer.prefix(count)
      }
      return String(decoding: text, as: UTF8.self)
    }

    /// The whole answer to one request, after which the connection is closed.
    static func answer(_ request: String, port: UInt16) throws -> String {
      let client = try HTTPClient(port: port)
      client.send(request)
      return client.receive()
    }
  }
#endif
