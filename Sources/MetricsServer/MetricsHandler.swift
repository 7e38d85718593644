#if MetricsServer
  internal import NIOCore
  internal import NIOHTTP1
  internal import SocketMetrics

  /// Answers the requests of one connection.
  final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// An answer before it is sent.
    struct Answer: Sendable {
      var status: HTTPResponseStatus
      var type = "text/plain; charset=utf-8"
      var body: [UInt8]
      var allow: String?

      init(_ status: HTTPResponseStatus, _ text: String) {
        self.status = status
        body = Array((text + "\n").utf8)
      }
    }

    private let source: MetricsHTTPServer.Source
    private let registry: ConnectionRegistry
    private let limit: RequestLimit
    private var head: HTTPRequestHead?

    init(_ source: @escaping MetricsHTTPServer.Source, _ registry: ConnectionRegistry, _ limit: RequestLimit) {
      self.source = source
      self.registry = registry
      self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      // Only an answer that closes the connection follows.
      case .body: break
      case .end:
        guard let head = head.take() else { return }
        limit.reset()
        answer(head, context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      registry.note(context.channel, .answering)
      let path = head.uri.prefix { $0 != "?" }
      if Self.hasBody(head) {
        send(Answer(.payloadTooLarge, "a request has no body here"), head, context, closes: true)
      } else if head.method != .GET, head.method != .HEAD {
        var answer = Answer(.methodNotAllowed, "only GET and HEAD are answered")
        answer.allow = "GET, HEAD"
        send(answer, head, context)
      } else if path == "/" {
        var answer = Answer(.ok, Self.frontPage)
        answer.type = "text/html; charset=utf-8"
        send(answer, head, context)
      } else if path == "/metrics" {
        sendMetrics(head, context)
      } else {
        send(Answer(.notFound, "there is nothing here; see /metrics"), head, context)
      }
    }

    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
      head.headers.contains(name: "transfer-encoding") || head.headers["content-length"].contains { $0 != "0" }
    }

    private static let frontPage = """
      <!DOCTYPE html><html lang="en"><title>sockdiag metrics</title>\
      <h1>sockdiag metrics</h1><p><a href="/metrics">Metrics</a> of the sockets of this host.</html>
      """

    private func sendMetrics(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let format = Negotiation.format(accepting: head.headers["accept"])
      let (eventLoop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
      source(format) { page in
        eventLoop.execute {
          let (handler, context) = bound.value
          guard context.channel.isActive else { return }
          switch page {
          case .success(let bytes):
            var answer = Answer(.ok, "")
            answer.body = bytes
            answer.type = format.contentType
            handler.send(answer, head, context)
          case .failure(let error):
            handler.send(Answer(.internalServerError, "the sockets cannot be read: \(error)"), head, context)
          }
        }
      }
    }

    private func send(
      _ answer: Answer, _ request: HTTPRequestHead, _ context: ChannelHandlerContext, closes: Bool = false
    ) {
      let staysOpen = request.isKeepAlive && !closes
      var headers = HTTPHeaders([
        ("Content-Type", answer.type), ("Content-Length", "\(answer.body.count)"),
        ("Connection", staysOpen ? "keep-alive" : "close"),
      ])
      if request.uri.hasPrefix("/metrics") { headers.add(name: "Vary", value: "Accept") }
      if let allow = answer.allow { headers.add(name: "Allow", value: allow) }
      let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
      registry.note(context.channel, .sending)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      if request.method != .HEAD {
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
      }
      let sent = context.eventLoop.makePromise(of: Void.self)
      let bound = NIOLoopBound((registry, context), eventLoop: context.eventLoop)
      sent.futureResult.whenSuccess {
        let (registry, context) = bound.value
        if staysOpen {
          registry.note(context.channel, .idle)
        } else {
          context.close(promise: nil)
        }
      }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
  }
#endif
