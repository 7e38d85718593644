#if MetricsServer
  internal import NIOCore
  internal import NIOHTTP1
  internal import NIOPosix
  public import SocketMetrics

  /// Serves metrics over HTTP: `GET /metrics`, in the format that the client asks for.
  ///
  /// ```swift
  /// let exporter = try MetricsExporter()
  /// let server = try MetricsHTTPServer(at: .loopback(port: 9773), exporter)
  /// print(server.place)
  /// ```
  ///
  /// One thread serves all connections. There is no encryption and no login: listen on the loopback address, or on an
  /// address that only the collector reaches.
  public final class MetricsHTTPServer: Sendable {
    /// Gives a page of metrics to a function, on any thread.
    public typealias Source =
      @Sendable (MetricsFormat, _ body: @escaping @Sendable (MetricsExporter.Page) -> Void) -> Void

    /// Where a server listens.
    public enum Place: Hashable, Sendable {
      /// An address or a host name, and a port. Port 0 lets the kernel choose.
      case internet(host: String, port: UInt16)
      /// The path of a UNIX socket. A socket file that is there is replaced.
      case unix(path: String)

      /// A port of the loopback address.
      public static func loopback(port: UInt16) -> Place { .internet(host: "127.0.0.1", port: port) }
    }

    /// Where the server listens, with the port that the kernel chose.
    public let place: Place
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let registry: NIOLoopBound<ConnectionRegistry>
    private let sweep: RepeatedTask

    /// Starts a server of the metrics of an exporter.
    ///
    /// - Throws: The error of the address lookup, of `bind` or of `listen`.
    public convenience init(
      at place: Place, _ exporter: MetricsExporter, _ limits: MetricsServerLimits = MetricsServerLimits()
    ) throws {
      try self.init(at: place, limits) { format, body in exporter.page(format, body) }
    }

    /// Starts a server.
    ///
    /// - Throws: The error of the address lookup, of `bind` or of `listen`.
    public init(
      at place: Place, _ limits: MetricsServerLimits = MetricsServerLimits(), _ source: @escaping Source
    ) throws {
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      let loop = group.next()
      do {
        let registry = try loop.submit { NIOLoopBound(ConnectionRegistry(limits), eventLoop: loop) }.wait()
        listener = try Self.listener(place, loop, registry, source)
        self.registry = registry
        // Twice a second is often enough for limits of seconds.
        sweep = loop.scheduleRepeatedTask(initialDelay: .milliseconds(500), delay: .milliseconds(500)) { _ in
          registry.value.closeOverdue()
        }
      } catch {
        try? group.syncShutdownGracefully()
        throw error
      }
      self.group = group
      switch place {
      case .internet(let host, let port):
        self.place = .internet(host: host, port: UInt16(listener.localAddress?.port ?? Int(port)))
      case .unix: self.place = place
      }
    }

    private static func listener(
      _ place: Place, _ loop: any EventLoop, _ registry: NIOLoopBound<ConnectionRegistry>, _ source: @escaping Source
    ) throws -> any Channel {
      let bootstrap = ServerBootstrap(group: loop)
        .serverChannelOption(.backlog, value: 256)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        // A request fits. More would wait in memory for clients that send without an end.
        .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let limit = RequestLimit(registry.value)
            try pipeline.addHandler(limit)
            try pipeline.configureHTTPServerPipeline()
            try pipeline.addHandler(MetricsHandler(source, registry.value, limit))
          }
        }
      return switch place {
      case .internet(let host, let port): try bootstrap.bind(host: host, port: Int(port)).wait()
      case .unix(let path):
        try bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).wait()
      }
    }

    /// Closes all connections and ends the thread. It returns when both are done.
    public func stop() {
      sweep.cancel()
      try? listener.close().wait()
      let registry = registry
      try? group.next().submit { registry.value.closeAll() }.wait()
      try? group.syncShutdownGracefully()
    }
  }
#endif
