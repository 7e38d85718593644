#if MetricsServer
  internal import NIOCore

  /// Counts the bytes of a request before they are parsed, and closes the connection if there are too many.
  final class RequestLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let registry: ConnectionRegistry
    private var count = 0

    init(_ registry: ConnectionRegistry) { self.registry = registry }

    /// The request is complete; the next one may come.
    func reset() { count = 0 }

    func channelActive(context: ChannelHandlerContext) {
      registry.add(context.channel)
      context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
      registry.remove(context.channel)
      context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if count == 0 { registry.note(context.channel, .receiving) }
      count += unwrapInboundIn(data).readableBytes
      guard count <= registry.limits.requestBytes else {
        context.close(promise: nil)
        return
      }
      context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
#endif
