import FoundationEssentials
import Testing

@testable import SockDiagCommand

/// Every mistake gives one sentence that names the fault and the remedy, and a documented status.
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var status: Status
    var sentence: String
    var testDescription: String { line }

    init(_ line: String, _ status: Status, _ sentence: String) {
      self.line = line
      self.status = status
      self.sentence = sentence
    }
  }

  private static let noFilter = """
    no filter says which sockets to destroy; write one, such as 'state time-wait' or 'dport = :443', and check it with \
    --dry-run
    """
  private static let noTerminal = """
    there is no terminal to ask on; give --yes to destroy without a question, or --dry-run to see the sockets
    """

  private static let noTerminalToKill = """
    there is no terminal to ask on; give --yes to end processes without a question, or --dry-run to see which
    """

  private static let cases: [Case] = [
    Case("list --jsn", .usage, "unknown option '--jsn'; did you mean 'sockdiag list --json'?"),
    Case("help lst", .usage, "'lst' is not a subcommand; did you mean 'sockdiag list'?"),
    Case(
      "help list foo", .usage,
      "'foo' is not a subcommand; 'sockdiag list -ap comm = foo' shows the sockets of a program, and 'sockdiag --help' the subcommands"
    ),
    Case(
      "list --watch", .usage,
      "unknown option '--watch'; 'sockdiag watch' shows sockets as they change"),
    Case("list --tpc", .usage, "unknown option '--tpc'; did you mean 'sockdiag list --tcp'?"),
    Case(
      "list -Z", .usage,
      "unknown option '-Z'; 'ss -Z' shows SELinux labels"),
    Case("list -q", .usage, "unknown option '-q'; leave it out: 'sockdiag list'"),
    Case("list -tq", .usage, "unknown option '-q'; leave it out: 'sockdiag list -t'"),
    Case("-q", .usage, "unknown option '-q'; leave it out: 'sockdiag'"),
    Case(
      "list --json=1", .usage,
      "the option '--json' does not take any value, but '1' was specified; see 'sockdiag list --help'"),
    Case("list --json --ndjson", .usage, "--json and --ndjson exclude each other; leave one of them out"),
    Case("lsit", .usage, "'lsit' is not a subcommand; did you mean 'sockdiag list'?"),
    Case(
      "zzz", .usage,
      "'zzz' is not a subcommand; 'sockdiag list -ap comm = zzz' shows the sockets of a program, and 'sockdiag --help' the subcommands"
    ),
    Case("why", .usage, "give a port, such as 'sockdiag why 8080', or else --run and a command"),
    Case("why 80 --run true", .usage, "give a port, such as 'sockdiag why 8080', or else --run and a command"),
    Case("why 80 --follow", .usage, "--follow is for --run; leave it out, or give a command to run"),
    Case(
      "why --reuseport --run true", .usage,
      "--reuseport describes a bind(), but with --run the failed call does; leave it out"),
    Case(
      "why --probe --run true", .usage,
      "--probe describes a bind(), but with --run the failed call does; leave it out"),
    Case(
      "why 127.0.0.1:80 --v6only", .usage,
      "--v6only is for IPv6, and 127.0.0.1 is not; write an address such as [::]"),
    Case("why 80 --uid no-such-user", .usage, "--uid: there is no user 'no-such-user'; give a name or a number"),
    Case(
      "why 80 --device nonesuch", .usage, "--device: there is no interface 'nonesuch'; 'ip link' shows them"),
    Case("decode", .usage, "missing expected argument '<file>'; see 'sockdiag decode --help'"),
    Case("list -uB", .usage, "-B is about TCP; leave -u out or add -t"),
    Case("destroy", .usage, Self.noFilter),
    Case("destroy -t --yes", .usage, Self.noFilter),
    Case("destroy -ltu4 --dry-run", .usage, Self.noFilter),
    Case("destroy state time-wait", .usage, Self.noTerminal),
    Case("destroy sport=:80 --json", .usage, Self.noTerminal),
    Case(
      "destroy --dry-run --json --ndjson state close", .usage,
      "--json and --ndjson exclude each other; leave one of them out"),
    Case("events -l", .usage, "-l chooses states, but every event is about a closed socket; leave it out"),
    Case("events -tua", .usage, "-a chooses states, but every event is about a closed socket; leave it out"),
    Case("events -B", .usage, "-B chooses states, but every event is about a closed socket; leave it out"),
    Case(
      "events state close", .usage,
      "the filter chooses states, but every event is about a closed socket; leave them out"),
    Case(
      "events sport = :80 and not exclude listen", .usage,
      "the filter chooses states, but every event is about a closed socket; leave them out"),
    Case(
      "events uid = 0 or inode = 1", .usage,
      "events have no user, process, inode, cgroup or mark, and do not report how a port was bound; leave these out of the filter"
    ),
    Case(
      "events sport = :80 and not autobound", .usage,
      "events have no user, process, inode, cgroup or mark, and do not report how a port was bound; leave these out of the filter"
    ),
    Case("events --json", .usage, "--json would be an array without an end; use --ndjson, a line for each event"),
    Case("events --json --ndjson", .usage, "--json and --ndjson exclude each other; leave one of them out"),
    Case("events --buffer x", .usage, "--buffer: 'x' is not a size; write bytes, such as 65536, 512K or 64M"),
    Case("events --buffer M", .usage, "--buffer: 'M' is not a size; write bytes, such as 65536, 512K or 64M"),
    Case("events --buffer -1", .usage, "--buffer: '-1' is not a size; write bytes, such as 65536, 512K or 64M"),
    Case("events --buffer 2G", .usage, "--buffer: 2G is too large; give up to 2047M"),
    Case(
      "events --buffer 99999999999999999999G", .usage, "--buffer: 99999999999999999999G is too large; give up to 2047M"
    ),
    Case("why 53/udp -t", .usage, "'53/udp' names another protocol than -t; leave one of them out"),
    Case("why 80/tcp -u", .usage, "'80/tcp' names another protocol than -u; leave one of them out"),
    Case("wait 80/tcp --udp --free", .usage, "'80/tcp' names another protocol than -u; leave one of them out"),
    Case("kill 80/tcp -tu --yes", .usage, "'80/tcp' names another protocol than -u; leave one of them out"),
    Case("why 80 -tu", .usage, "-t and -u are two questions; ask them one after the other"),
    Case(
      "why -t --run true", .usage, "--tcp describes a bind(), but with --run the failed call does; leave it out"),
    Case("kill", .usage, "missing expected argument '<port> ...'; an example: 'sockdiag kill 8080'"),
    Case("kill 8080", .usage, noTerminalToKill),
    Case(
      "kill 0 --yes", .usage, "port 0 lets the kernel choose a port; give the port that it chose"),
    Case("kill 99999 --yes", .usage, "'99999' is not a port; ports are 0 to 65535"),
    Case(
      "kill ::1:80 --yes", .usage, "'::1:80' has an IPv6 address without brackets; write [::1]:80"),
    Case(
      "kill 80 --yes --grace x", .usage,
      "--grace: 'x' is not a time; write a whole number with a unit, such as 500ms, 5s or 1m"),
    Case("kill 80 --yes --signal 0", .usage, "--signal: 0 is not a signal; signals are 1 to 64"),
    Case("bench --rounds -1", .usage, "--rounds: -1 is out of range; give 1 to 10000"),
    Case("bench --rounds 0", .usage, "--rounds: 0 is out of range; give 1 to 10000"),
    Case("bench --rounds x", .usage, "the value 'x' is invalid for '--rounds <rounds>'; see 'sockdiag bench --help'"),
    Case(
      "decode /nonexistent", .noInput,
      "cannot read '/nonexistent': No such file or directory; give the path of a capture, or - for standard input"),
    Case("decode /", .noInput, "cannot read '/': Is a directory; give a file in it"),
    Case("decode /dev/null", .badData, "'/dev/null': the file is empty; copy or record it again"),
    Case("decode -", .badData, "standard input: the file is empty; copy or record it again"),
    Case(
      "decode /etc/passwd", .badData,
      "'/etc/passwd': the file is text, not a capture; make a capture with: sockdiag record FILE"),
    Case(
      "record /nonexistent/capture", .cannotCreate,
      "cannot create the capture '/nonexistent/capture': No such file or directory; create the folder first"),
    Case(
      "record /dev/null", .cannotCreate,
      "cannot create the capture '/dev/null': File exists; give another name, or --force to replace it"),
    Case(
      "decode /dev/zero", .badData,
      """
      '/dev/zero': the file is neither a pcap or pcapng file of netlink packets nor a stream of sock_diag messages; \
      give a file that 'sockdiag record' or 'ss -D' wrote
      """),
    Case(
      "record /", .cannotCreate,
      "cannot create the capture '/': File exists; it is a folder, so give a name in it"),
    Case(
      "record --force /tmp", .cannotCreate,
      "cannot create the capture '/tmp': Is a directory; give a name in that folder"),
    Case("record --force /dev/full", .outputFailed, "cannot write the capture '/dev/full': No space left on device"),
  ]

  @Test(arguments: cases)
  func badInputGivesASentenceAndAStatus(_ bad: Case) throws {
    let result = try Tool.run(bad.line.split(separator: " ").map(String.init))
    #expect(result.errors == "sockdiag: \(bad.sentence)\n")
    #expect(result.status == bad.status.rawValue)
    #expect(result.text.isEmpty)
  }

  /// The argument of a script whose variable is empty.
  @Test(arguments: [["", "--yes"], [" ", "", "--yes"]])
  func emptyFilterCountsAsNone(_ words: [String]) throws {
    let result = try Tool.run(["destroy"] + words)
    #expect(result.errors == "sockdiag: \(Self.noFilter)\n")
    #expect(result.status == Status.usage.rawValue)
  }

  @Test func argumentIsUsedUnchangedOrRefused() throws {
    let result = try Tool.shell(#""$0" record "$(printf 'a\377')""#)
    #expect(
      result.errors
        == "sockdiag: argument 2, 'a\u{FFFD}', is not UTF-8; give names in UTF-8; for a file, make a link whose name is"
        + " UTF-8\n")
    #expect(result.status == Status.usage.rawValue)
  }

  @Test(arguments: [["list"], ["list", "--ndjson", "-a"], ["--help"], ["list", "--json"], ["events"]])
  func fullDiskIsReported(_ arguments: [String]) throws {
    let result = try Tool.run(arguments, output: "/dev/full")
    // Nothing is written if there is nothing to report.
    if arguments.contains("--ndjson"), result.status == 0 { return }
    #expect(result.errors == "sockdiag: cannot write the output: No space left on device\n")
    #expect(result.status == Status.outputFailed.rawValue)
  }

  @Test(arguments: [("decode", "input"), ("record", "output")])
  func emptyNameIsNotLookedUp(_ subcommand: String, _ stream: String) throws {
    let result = try Tool.run([subcommand, ""])
    #expect(
      result.errors == "sockdiag: the name of the capture is empty; give a path, or - for standard \(stream)\n")
    #expect(result.status == Status.usage.rawValue)
  }

  @Test(arguments: ["list -a", "--help", "record -", "events"])
  func closedOutputIsReported(_ line: String) throws {
    let result = try Tool.shell("\"$0\" \(line) >&-")
    #expect(result.errors.hasSuffix(": Bad file descriptor\n"), "\(result.errors)")
    #expect(result.status == Status.outputFailed.rawValue)
  }

  /// The place of the fault in a filter, under the sentence.
  @Test(arguments: [
    (
      "list sport = http80", "filter, column 9: 'http80' is not a port or a service of /etc/services; write the number",
      "sport = http80", "        ^^^^^^"
    ),
    (
      "list sport=:80 or dprot = :443",
      "filter, column 14: 'dprot' is not a condition; did you mean 'sockdiag list sport=:80 or dport = :443'?",
      "sport=:80 or dprot = :443", "             ^^^^^"
    ),
    (
      "list sport = :70000", "filter, column 9: '70000' is not a port; ports are 0 to 65535", "sport = :70000",
      "        ^^^^^^"
    ),
    (
      "list state establ", "filter, column 7: 'establ' is not a state; did you mean 'sockdiag list state established'?",
      "state establ",
      "      ^^^^^^"
    ),
    (
      "decode /dev/null dev eth0",
      "filter, column 5: 'eth0' is not an index; a capture has no interface names, so write the number", "dev eth0",
      "    ^^^^"
    ),
    (
      "state", "filter, column 6: the name of a state, such as time-wait, is missing at the end", "state", "     ^"
    ),
  ]) func filterIsShownWithItsFault(_ line: String, _ sentence: String, _ text: String, _ mark: String) throws {
    let result = try Tool.run(line.split(separator: " ").map(String.init))
    #expect(result.errors == "sockdiag: \(sentence)\n  \(text)\n  \(mark)\n")
    #expect(result.status == Status.usage.rawValue)
  }

  @Test func closedInputIsReported() throws {
    let result = try Tool.shell("\"$0\" decode - <&-")
    #expect(result.errors == "sockdiag: cannot read standard input: Bad file descriptor\n")
    #expect(result.status == Status.noInput.rawValue)
  }

  @Test(arguments: ["list -a", "record -"])
  func closedPipeEndsTheCommandQuietly(_ line: String) throws {
    let result = try Tool.shell(
      "(trap '' PIPE; while echo 2>/dev/null; do sleep 0.01; done; \"$0\" \(line); echo $? >&2) | true")
    #expect(result.errors == "141\n")
  }

  @Test func everyStatusIsInTheHelp() throws {
    let help = try Tool.run(["--help"])
    #expect(help.status == 0)
    for status in Status.allCases { #expect(help.text.contains("\n  \(status.rawValue) ")) }
  }

  @Test func helpAndVersionAreWrittenToStandardOutput() throws {
    for arguments in [["--help"], ["-h"], ["help", "list"], ["list", "--help"], ["list", "-h"], ["--version"]] {
      let result = try Tool.run(arguments)
      #expect(result.status == 0)
      #expect(result.errors.isEmpty)
      #expect(!result.text.isEmpty)
    }
  }
}
