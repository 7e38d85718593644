internal import SockDiag
internal import SockDiagWire

/// Reads the filters of `watch`: that of the command line, and those typed while it runs.
struct WatchFilter: Sendable {
  /// Why a filter is refused.
  struct Fault: Error, Hashable {
    /// The first character at fault, from 0; `nil` if the filter as a whole is.
    var position: Int?
    var message: String
  }

  /// Makes a selection of a filter.
  let selection: @Sendable (String) throws(Fault) -> Selection

  /// - Parameters:
  ///   - options: The options that choose sockets. The words of their filter do not count.
  ///   - base: A filter that all sockets have to pass.
  ///   - names: Finds names in filters.
  init(_ options: SelectionOptions, base: SocketFilter, names: any FilterNames) {
    self.init { text throws(Fault) in
      var filter: SocketFilter
      do throws(FilterError) {
        filter = try SocketFilter(text, names: names)
      } catch {
        throw Fault(position: error.column - 1, message: error.explanation)
      }
      filter = base && filter
      if filter.namesHolders {
        throw Fault(message: "watch looks up processes only for the rows that are seen, so a filter cannot name them")
      }
      do throws(CommandFailure) {
        let selection = try options.selection(matching: filter, default: .heldByPrograms, details: .tcpInfo)
        _ = try selection.queries(
          of: Set(SocketKind.allCases.filter { $0.transport != nil }),
          because: "watch follows sockets of IPv4 and IPv6 only; for others repeat 'sockdiag list'")
        return selection
      } catch {
        throw Fault(message: error.message)
      }
    }
  }

  init(selection: @escaping @Sendable (String) throws(Fault) -> Selection) { self.selection = selection }
}
