internal import Glibc
internal import SockDiag
internal import SocketMetrics

#if MetricsServer
  internal import MetricsServer

  extension Metrics {
    /// Serves metrics until the user interrupts the command.
    func serve(_ place: MetricsPlace, _ configuration: MetricsConfiguration) throws {
      let interruption = try Interruption()
      let exporter = try MetricsExporter(configuration)
      let server: MetricsHTTPServer
      do { server = try MetricsHTTPServer(at: MetricsHTTPServer.Place(place), exporter) } catch {
        throw CommandFailure(.system, "cannot listen on \(place): \(error)")
      }
      var output = ByteOutput()
      output.appendLine(Self.address(server.place))
      try output.flush()
      _ = interruption.wait(forAnyOf: [], milliseconds: nil)
      server.stop()
    }

    /// What a user types to see the metrics.
    private static func address(_ place: MetricsHTTPServer.Place) -> String {
      switch place {
      case .internet(let host, let port): "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/metrics"
      case .unix(let path): "http+unix://\(path)/metrics"
      }
    }
  }

  extension MetricsHTTPServer.Place {
    init(_ place: MetricsPlace) {
      switch place {
      case .internet(let host, let port): self = .internet(host: host, port: port)
      case .unix(let path): self = .unix(path: path)
      }
    }
  }
#else
  extension Metrics {
    /// This build has no server.
    func serve(_ place: MetricsPlace, _ configuration: MetricsConfiguration) throws {
      throw CommandFailure.usage(
        "this build has no HTTP server; build it with the trait MetricsServer, or use --file and --every")
    }
  }
#endif

extension MetricsPlace: CustomStringConvertible {
  var description: String {
    switch self {
    case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }
}
