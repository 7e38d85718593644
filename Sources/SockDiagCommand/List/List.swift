internal import ArgumentParser
internal import SockDiag

/// `sockdiag list`: shows sockets of any kind and state.
struct List: TakesFilter, EntersItself {
  static let configuration = CommandConfiguration(
    _superCommandName: Sockdiag.name,
    abstract: "Shows sockets: TCP and UDP connections, unless options say otherwise.",
    discussion: """
      On a terminal, long cells are shortened to its width; --wide, a pipe or a file show them whole.

      Accept-Q of a listener is WAITING/LIMIT: the connections that wait for accept(), and how many may wait. Recv-Q and \
      Send-Q count bytes: received but not read, and written but not acknowledged or not sent.

      Local addresses: *:80 accepts IPv4 and IPv6, [::]:80 only IPv6, 0.0.0.0:80 only IPv4. The peer * means no peer.

      --all-netns adds the column Netns: what -N takes for the namespace of the socket, and - for that of the command.

      Without -a, -l and states it shows all states but listen, close, time-wait and syn-recv.

      A filter consists of conditions, joined by 'and', 'or' and 'not', or by '&', '|' and '!'. Conditions that follow each \
      other without a word all have to hold. 'and' binds tighter than 'or', while ss reads from left to right. Quote \
      characters that the shell would interpret.

        src HOST, dst HOST          10.0.0.1  10.0.0.0/8  [::1]:443  :80
        sport = :80, dport >= :80   also services, and lists: :80,443,8000-8999
        state NAME, exclude NAME    several in a row mean any of them
        src unix:'/run/*', dst unix:@bus
                                    UNIX sockets, with -x: paths, @ for abstract names
        src netlink:rtnl:kernel, src link:arp:eth0, src vsock:host:1024
                                    with --netlink, -0 and --vsock
        family inet6, dev eth0, cgroup PATH, fwmark 0x10/0xf0, autobound
        pid = 4711, comm = nginx    a process that holds the socket
        unit = nginx                its systemd unit, with or without .service
        container = 4f6a            its container: the id, the beginning of it, or a name
        comm ~ ^php, cmdline ~ 'worker [12]', unit ~, container ~
                                    a regular expression, as in grep -E; !~ negates it
        direction = inbound         or listening, outbound, local (both ends on this host)
        uid = NAME, user = NAME, inode = 4711, cookie = 12
        recv-q > 10k, send-q > 0    queues, as in the table
        rtt > 50ms, retrans > 0     figures as in --json, without the unit

      Comparisons are =, !=, <, <=, >, >=. An example: sockdiag list '(sport = :80 or sport = :443) and not dst 10.0.0.0/8'

      States: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, close, close-wait, last-ack, listen, \
      closing, bound-inactive. Groups: all, connected, synchronized, bucket, big. Upper and \
      lower case are equal, and the spellings in the tables of ss and netstat work too: LISTEN, ESTAB, UNCONN, TIME_WAIT.

      The letters of options are those of ss. Commands do the rest: ss -K is 'sockdiag destroy', ss -E 'sockdiag events', \
      ss -D 'sockdiag record'. SELinux labels (-Z) are shown by ss only.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "Which sockets")
  var everywhere: AllNamespacesOption

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "What is shown")
  var holders: HolderOptions

  @OptionGroup(title: "What is shown")
  var summary: SummaryOption

  @OptionGroup(title: "How it is shown")
  var table: TableOptions

  @OptionGroup(title: "How it is shown")
  var colour: ColourOption

  @Flag(
    help: "Instead of sockets, show which part of the filter the kernel applies and which part this command applies.")
  var explain = false

  func run() throws {
    let outside = try selection.namespace.enterOrLookFromOutside()
    if summary.summary { return try summary.show(selection, output, everywhere: everywhere, orIn: outside) }
    var listing = try LiveListing(output, table, colour)
    listing.holders = holders.processes ? .each : .none
    if explain {
      if everywhere.allNamespaces {
        throw CommandFailure.usage("--explain is about one network namespace; leave --all-netns out")
      }
      if outside != nil { try selection.namespace.enter() }
      try Self.explain(selection.selection(default: .connected, details: listing.details))
    } else {
      try listing.run(selection, default: .connected, everywhere: everywhere, orIn: outside)
    }
  }

  private static func explain(_ selection: Selection) throws {
    var inspector = try SocketInspector()
    var output = ByteOutput()
    var remarks = Remarks()
    for query in try selection.queries(
      of: [.tcp, .udp], because: "the kernel filters no other sockets than TCP and UDP; use -t and -u only")
    {
      let explanation = try inspector.explain(query)
      output.bytes.append(contentsOf: "\(explanation)\n".utf8)
      remarks.note(query.protocol, explanation.defects, matching: query.filter)
    }
    if selection.filter.namesHolders {
      output.appendLine("afterwards the processes that hold them are looked up, for \(selection.filter)")
    }
    try output.flush()
    try remarks.end()
  }
}
