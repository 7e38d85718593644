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

      A filter is made of conditions, joined by 'and', 'or' and 'not', or by '&', '|' and '!'. Conditions side by side all \
      have to hold, and 'and' binds tighter than 'or', where ss reads from left to right. Quote what the shell would take.

        src HOST, dst HOST          10.0.0.1  10.0.0.0/8  [::1]:443  :80
        sport = :80, dport >= :80   also services, and lists: :80,443,8000-8999
        state NAME, exclude NAME    several side by side are any of them
        src netlink:rtnl:kernel     netlink sockets (-f netlink), by protocol and port id
        family inet6, dev eth0, cgroup PATH, fwmark 0x10/0xf0, autobound
        pid = 4711, comm = nginx    a process that holds the socket
        uid = NAME, inode = 4711, cookie = 12
        recv-q > 10k, send-q > 0    queues, as in the table
        rtt > 50ms, retrans > 0     figures as in --json, without the unit

      Comparisons are =, !=, <, <=, >, >=. An example: sockdiag list '(sport = :80 or sport = :443) and not dst 10.0.0.0/8'

      States: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, close, close-wait, last-ack, listen, \
      closing, bound-inactive. Groups: all, connected, synchronized, bucket, big. Any case \
      is taken, and the spellings of the tables of ss and netstat: LISTEN, ESTAB, UNCONN, TIME_WAIT.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "What is shown")
  var holders: HolderOptions

  @Flag(help: "Instead of sockets: which part of the filter the kernel applies, and which is applied here.")
  var explain = false

  func run() throws {
    let selection = try selection.selection(default: .connected, details: output.details)
    if explain { try Self.explain(selection) } else { try listing.run(selection) }
  }

  private var listing: LiveListing { LiveListing(output: output, showsHolders: holders.processes) }

  private static func explain(_ selection: Selection) throws {
    var inspector = try SocketInspector()
    var output = ByteOutput()
    var remarks = Remarks()
    for query in try selection.inetQueries(because: "of netlink sockets the kernel filters nothing") {
      let explanation = try inspector.explain(query)
      output.bytes.append(contentsOf: "\(explanation)\n".utf8)
      remarks.note(query.protocol, explanation.completeness)
    }
    if selection.filter.namesHolders {
      output.bytes.append(contentsOf: "who holds them is looked up then, for \(selection.filter)\n".utf8)
    }
    try output.flush()
    try remarks.end()
  }
}
