internal import SockDiag

/// A listing of live sockets, for `list` and `listeners`.
struct LiveListing {
  var output: OutputOptions
  /// Whether to sort a table by port; otherwise it has the kernel's order.
  var sortsByPort = false
  /// Whether to show the processes that hold the sockets.
  var showsHolders = false

  func run(_ selection: Selection) throws {
    let format = try output.format()
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host), notes: showsHolders ? .holders : [])
    var sockets = try LiveSockets()
    do {
      let byPort = format == .table && sortsByPort
      if showsHolders || selection.filter.namesHolders {
        try sockets.showHolders(of: selection, visibly: showsHolders, byPort: byPort, with: renderer)
      } else if format == .lines {
        try sockets.stream(selection.listedQueries, to: renderer)
      } else {
        try sockets.show(selection.listedQueries, byPort: byPort, with: renderer)
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
