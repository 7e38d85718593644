internal import SockDiag

/// What `list` and `listeners` have in common.
struct LiveListing {
  var output: OutputOptions
  /// The order of a table, or the kernel's.
  var order: ((InetSocket, InetSocket) -> Bool)?

  func run(_ selection: Selection) throws {
    let format = try output.format()
    let renderer = try output.renderer(for: selection, interfaces: InterfaceNames(.host))
    var sockets = try LiveSockets()
    do {
      switch format {
      case .lines: try sockets.stream(selection.queries, to: renderer)
      case .json: try sockets.show(selection.queries, with: renderer)
      case .table: try sockets.show(selection.queries, in: order, with: renderer)
      }
    } catch {
      // What was read before the fault is not lost.
      try renderer.finish(afterFailure: true)
      throw error
    }
    try renderer.finish(afterFailure: false)
    try sockets.remarks.end()
  }
}
