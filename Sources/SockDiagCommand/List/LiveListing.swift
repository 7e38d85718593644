internal import SockDiag

/// A listing of live sockets, for `list` and `listeners`.
struct LiveListing {
  var output: OutputOptions
  /// The order of a table; `nil` for the kernel's order.
  var order: ((InetSocket, InetSocket) -> Bool)?
  /// Whether to show the processes that hold the sockets.
  var showsHolders = false

  func run(_ selection: Selection) throws {
    let format = try output.format()
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host), notes: showsHolders ? .holders : [])
    var sockets = try LiveSockets()
    do {
      let order = format == .table ? order : nil
      if showsHolders || selection.filter.namesHolders {
        try sockets.showHolders(of: selection, visibly: showsHolders, in: order, with: renderer)
      } else if format == .lines {
        try sockets.stream(selection.queries, to: renderer)
      } else {
        try sockets.show(selection.queries, in: order, with: renderer)
      }
    } catch {
      // Shows the sockets that were read before the error.
      try renderer.finish(afterFailure: true)
      throw error
    }
    try renderer.finish(afterFailure: false)
    try sockets.remarks.end()
  }
}
