internal import ArgumentParser
internal import SockDiag

/// `sockdiag list`: any sockets.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows sockets: TCP and UDP connections, unless options say otherwise.",
    discussion: """
      A listener's Accept-Q reads WAITING/LIMIT: connections that wait for accept(), and how many may wait. Recv-Q and \
      Send-Q are bytes: received and not read, written and not acknowledged or sent.

      Local addresses: *:80 takes IPv4 and IPv6, [::]:80 only IPv6, 0.0.0.0:80 only IPv4. A peer * is none.

      Without -a, -l and states: all but listen, close, time-wait and syn-recv.

      States: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, close, close-wait, last-ack, listen, \
      closing, bound-inactive. Groups: all, connected, synchronized, bucket, big.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  func run() throws {
    try LiveListing(output: output).run(try selection.selection(default: .connected, details: output.details))
  }
}
