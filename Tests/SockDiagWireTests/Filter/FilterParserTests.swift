import SockDiagWire
import Testing

/// The language: alternative spellings, and abbreviations.
@Suite struct FilterParserTests {
  private static func parse(_ text: String) throws(FilterError) -> SocketFilter {
    try SocketFilter(text, names: FakeFilterNames())
  }

  private static let http: SocketFilter = .localPort == 80
  private static let net: SocketFilter = .remote(in: "10.0.0.0/8")
  private static let six = SocketFilter.local(in: "::1")
  private static func figure(_ name: String, _ range: ClosedRange<UInt64>) -> SocketFilter {
    SocketFilter(FilterFigure(name: name).map { .condition(.figure($0, range)) } ?? .nothing)
  }

  static let ports: [(SocketFilter, [String])] = [
    (
      http,
      [
        "sport = :80", "sport=:80", "sport==:80", "sport == 80", "sport :80", "sport 80", "sport eq :80", "sport eq 80",
        "sport = :http", "sport http", "sport ':80'", "sport \":80\"",
        "\tsport\n=\r\n:80 ", "src :80", "src *:80", "src any:80", "src all:80", "src default:80", "src=:http",
        "sport = :80,80", "sport = :80-80", "sport = :0080", "(sport = :80)", "((sport=:80))", "not not sport = :80",
        "!(!sport=:80)",
      ]
    ),
    (
      .localPort != 80,
      ["sport != :80", "sport!=80", "sport ne 80", "sport neq :80", "not sport 80", "! sport = http", "src != :80"]
    ),
    (
      .remotePort >= 1024,
      ["dport >= :1024", "dport>=1024", "dport ge :1024", "dport geq 1024", "dport > :1023", "dport gt 1023"]
    ),
    (
      .remotePort <= 1023,
      ["dport <= :1023", "dport le :1023", "dport leq 1023", "dport < :1024", "dport lt 1024", "dport = :0-1023"]
    ),
    (
      .localPort(in: [22, 80, 443]),
      ["sport = :22,80,443", "sport 443,22,http", "sport = :https,http,22", "src :22,80,443"]
    ),
    (
      .localPort(in: PortSet([80...80, 8000...8999, 443...443])),
      ["sport = :80,443,8000-8999", "sport = :8000-8500,8501-8999,80,443", "src *:80,443,8000-8999"]
    ),
    (.localPort(in: PortSet([7...7, 9...9])), ["sport = :two-ports", "sport two-ports"]),
    (.localPort == 8080, ["sport = :http-alt"]),
    (.localPort == 106, ["sport = :3com-tsmux"]),
    (.localPort(in: .all), ["sport = *", "sport = :*", "sport >= :0", "src *:*", "src :*"]),
    (.localPort(in: PortSet()), ["sport != *", "sport < :0", "sport > :65535"]),
  ]

  static let hosts: [(SocketFilter, [String])] = [
    (.everything, ["", " ", "\n", "src *", "dst any", "src = *"]),
    (
      net,
      [
        "dst 10.0.0.0/8", "dst 10/8", "dst 10.0/8", "dst = 10.1.2.3/8", "dst=10.0.0.0/255.0.0.0", "dst eq 10/8",
        "dst [10.0.0.0]/8", "dst [10.0.0.0/8]", "dst '10/8'",
      ]
    ),
    (net && .remotePort == 80, ["dst 10/8:80", "dst 10.0.0.0/8:http", "dst [10.0.0.0/8]:80", "dst 10/8 dport 80"]),
    (.remote(in: "10.0.0.1"), ["dst 10.0.0.1", "dst 10.0.0.1/32", "dst 10.0.0.1/255.255.255.255"]),
    (.remote(in: "0.0.0.0/0"), ["dst 0/0", "dst 0.0.0.0/0", "dst 1.2.3.4/0.0.0.0"]),
    (!.remote(in: "10.0.0.1"), ["dst != 10.0.0.1", "dst ne 10.0.0.1", "not dst 10.0.0.1"]),
    (six, ["src ::1", "src [::1]", "src ::1/128", "src [::1]/128", "src [::1/128]", "src 0:0:0:0:0:0:0:1"]),
    (six && http, ["src [::1]:80", "src [::1]/128:80", "src ::1/128:80", "src [::1]:http"]),
    // The last group of an address, not a port.
    (.remote(in: "::1:80"), ["dst ::1:80", "dst [::1:80]"]),
    (.local(in: "::ffff:10.0.0.1"), ["src ::ffff:10.0.0.1", "src [::ffff:a00:1]"]),
    (.family(.inet) && .local(in: "10.0.0.1"), ["src inet:10.0.0.1", "family inet src 10.0.0.1"]),
    (.family(.inet6) && six, ["src inet6:::1", "src inet6:[::1]"]),
    (.family(.inet6), ["src inet6:*", "family inet6", "family = inet6", "family 10", "dst inet6:any"]),
    (.family(.inet6) && six && http, ["src inet6:[::1]:80"]),
    (
      .interface(index: 2) && .local(in: "fe80::1"),
      ["src fe80::1%2", "src fe80::1%eth0", "src [fe80::1]%eth0", "src [fe80::1%2]"]
    ),
    (.interface(index: 2) && .local(in: "fe80::/10") && http, ["src [fe80::]%2/10:80", "src fe80::%eth0/10:80"]),
    (.interface(index: 1), ["dev lo", "dev 1", "dev = lo", "dev == 1", "src %lo", "src *%1"]),
    (!.interface(index: 0), ["dev != 0", "not dev 0", "dev ne 0"]),
  ]

  static let names: [(SocketFilter, [String])] = [
    (
      .local(in: "192.0.2.1") || .local(in: "192.0.2.2") || .local(in: "2001:db8::1"),
      [
        "src lab.test", "src = lab.test", "src 'lab.test'", "src [lab.test]",
        "src 192.0.2.1 or src 192.0.2.2 or src 2001:db8::1",
      ]
    ),
    (
      (.local(in: "192.0.2.1") || .local(in: "192.0.2.2") || .local(in: "2001:db8::1")) && http,
      ["src lab.test:80", "src lab.test:http", "(src 192.0.2.1 or src 192.0.2.2 or src 2001:db8::1) and sport = :80"]
    ),
    (
      !(.local(in: "192.0.2.1") || .local(in: "192.0.2.2") || .local(in: "2001:db8::1")),
      ["src != lab.test", "not src lab.test", "src != 192.0.2.1 src != 192.0.2.2 src != 2001:db8::1"]
    ),
    (.family(.inet6) && .local(in: "2001:db8::1"), ["src inet6:lab.test", "src inet6:six.test"]),
    (
      .family(.inet) && (.local(in: "192.0.2.1") || .local(in: "192.0.2.2")), ["src inet:lab.test"]
    ),
    (
      .cgroup(id: 4711),
      ["cgroup '/system.slice/my daemon.service'", "cgroup = \"/system.slice/my daemon.service\"", "cgroup 4711"]
    ),
    (!.cgroup(id: 42), ["cgroup != user.slice", "not cgroup user.slice", "cgroup ne 42"]),
    (figure("uid", 33...33), ["uid www-data", "uid = www-data", "uid 33", "uid=33"]),
  ]

  static let figures: [(SocketFilter, [String])] = [
    (
      figure("rtt", 50_001 ... .max),
      ["rtt > 50ms", "rtt>50ms", "rtt gt 50000us", "rtt >= 50001us", "rtt > 0.05s", "rtt > 0.050s"]
    ),
    (
      figure("rtt", 0...1_500_000),
      ["rtt <= 1.5s", "rtt le 1500ms", "rtt <= 1500000us", "rtt <= 1500000µs", "rtt <= 1500000μs"]
    ),
    (figure("rtt", 0...199), ["rtt < 200us", "rtt < 0.2ms", "rtt <= 199us"]),
    (figure("min_rtt", 0...0), ["min_rtt = 0", "min_rtt = 0s", "min_rtt eq 0us"]),
    (figure("busy_time", 7_200_000_000 ... .max), ["busy_time >= 2h", "busy_time >= 120min", "busy_time ge 7200s"]),
    (
      figure("recv-q", 10_001 ... .max),
      ["recv-q > 10k", "recv-q > 10K", "recv-q > 10000", "recv-q > 0.01M", "recv-q > 0x2710"]
    ),
    (figure("send-q", 0...1_048_575), ["send-q < 1Mi", "send-q < 1024Ki", "send-q < 1048576", "send-q <= 1048575"]),
    (figure("recv-q", 1537 ... .max), ["recv-q > 1.5Ki", "recv-q > 1.50000000000000000000000Ki", "recv-q > 1536"]),
    (figure("recv-q", 1_572_864...1_572_864), ["recv-q = 1.5Mi", "recv-q = 1536Ki"]),
    // The fraction of a byte is dropped.
    (figure("recv-q", 102...102), ["recv-q = 0.1Ki"]),
    (figure("pacing_rate", 1_500_000_000...1_500_000_000), ["pacing_rate = 1.5G", "pacing_rate == 1500M"]),
    (figure("inode", 31...31), ["inode = 0x1f", "inode 31", "inode = 0X1F"]),
    (figure("cookie", .max ... .max), ["cookie = 18446744073709551615", "cookie 0xffffffffffffffff"]),
    (figure("uid", 0...999) || figure("uid", 1001 ... .max), ["uid != 1000", "uid ne 1k", "uid < 1000 or uid > 1000"]),
    (figure("total_retrans", 1 ... .max), ["total_retrans > 0", "total_retrans >= 1", "total_retrans gt 0"]),
    (.mark(0x10), ["fwmark 0x10", "fwmark 16", "fwmark = 0x10", "fwmark 0x10/0xffffffff", "fwmark eq 0x00000010"]),
    (.mark(0x10, mask: 0xf0), ["fwmark 0x10/0xf0", "fwmark 16/240", "fwmark = 16/0xf0"]),
    (!.mark(1), ["fwmark != 1", "not fwmark 1"]),
  ]

  static let states: [(SocketFilter, [String])] = [
    (.state(.listen), ["state listen", "state listening", "state 'listen'", "state 10"]),
    (
      .state([.established, .timeWait]),
      [
        "state established state time-wait", "state time-wait state established",
        "state established or state time-wait",
      ]
    ),
    (.state(.connected), ["state connected", "state connected state listen exclude listen"]),
    (!.state(.timeWait), ["exclude time-wait", "excl time-wait", "not state time-wait"]),
    (!.state([.timeWait, .synReceived]), ["exclude time-wait exclude syn-recv", "exclude bucket"]),
    (
      .state(.synchronized),
      ["state synchronized", "state connected exclude syn-sent", "state connected and not state syn-sent"]
    ),
    (.state(.boundInactive), ["state bound-inactive"]),
    (
      .autobound && .state(.established),
      ["autobound state established", "autobound and state established", "(autobound)state established"]
    ),
  ]

  private static func matching(
    _ text: String, _ filter: (FilterPattern) -> SocketFilter = SocketFilter.heldBy(commandMatching:)
  ) -> SocketFilter {
    // A text that is no expression makes a filter that equals none here.
    guard let pattern = try? FilterPattern(text) else { return SocketFilter.autobound }
    return filter(pattern)
  }

  static let holders: [(SocketFilter, [String])] = [
    (.heldBy(processID: 4711), ["pid 4711", "pid = 4711", "pid eq 4711"]),
    (.heldBy(command: "a\"'b"), ["comm 'a\"'\"'b\"", "comm = \"a\"'\"'\"'\"\"b\"", "comm \"\"'a\"'\"'b\""]),
    (!.heldBy(command: "nginx"), ["comm != nginx", "not comm nginx", "comm ne 'nginx'"]),
    (.heldBy(command: "/x"), ["comm = /x", "comm eq '/x'"]),
    (.heldBy(unit: "nginx"), ["unit nginx", "unit = nginx", "unit='nginx'"]),
    (.heldBy(container: "4f6a"), ["container 4f6a", "container = 4f6a"]),
    (figure("uid", 33...33), ["user www-data", "user = www-data", "user 33", "uid = 33"]),
    (
      matching("^(nginx|apache2)$"),
      [
        "comm ~ ^(nginx|apache2)$", "comm ~ \"^(nginx|apache2)$\"", "comm ~ '^(nginx|apache2)$'",
        "comm~^(nginx|apache2)$", "comm =~ ^(nginx|apache2)$", "(comm ~ ^(nginx|apache2)$)",
        "not comm !~ ^(nginx|apache2)$",
      ]
    ),
    (
      matching("[)\\] ]|\\(x", SocketFilter.heldBy(commandLineMatching:)) && http,
      ["cmdline ~ '[)\\] ]|\\(x' sport = :80", "(cmdline ~ \"[)\\] ]|\\(x\")sport = :80"]
    ),
    (matching("[[:alpha:])]"), ["comm ~ [[:alpha:])]", "(comm ~ [[:alpha:])])"]),
    (matching("and"), ["comm ~ and", "comm ~and"]),
    (
      matching("a") || matching("b"),
      ["comm ~ a or comm ~ b", "(comm ~ a)|comm ~ b", "comm ~ a | comm ~ b"]
    ),
  ]

  static var sound: [(SocketFilter, [String])] { [ports, hosts, names, figures, states, holders].flatMap(\.self) }

  @Test(arguments: sound)
  func differentSpellingsMeanTheSame(_ filter: SocketFilter, _ texts: [String]) throws {
    for text in texts {
      let parsed = try Self.parse(text)
      #expect(parsed.node.normalized() == filter.node.normalized(), "\(text)")
    }
  }

  @Test(arguments: [
    ("sport 1 or sport 2 and dport 3", "sport 1 or (sport 2 and dport 3)"),
    ("sport 1 and dport 2 or sport 3", "(sport 1 and dport 2) or sport 3"),
    ("sport 1 dport 2 or sport 3 dport 4", "(sport 1 and dport 2) or (sport 3 and dport 4)"),
    ("sport 1 | dport 2 & sport 3", "sport 1 || (dport 2 && sport 3)"),
    ("not sport 1 and dport 2", "(not sport 1) and dport 2"), ("!sport 1|dport 2", "(!sport 1)|dport 2"),
    ("not (sport 1 or dport 2)", "not sport 1 and not dport 2"), ("!(sport 1&dport 2)", "sport != 1 or dport != 2"),
    ("sport=1&dport=2", "sport 1 and dport 2"), ("sport=1|dport=2", "sport 1 or dport 2"),
    ("(sport 1)(dport 2)", "sport 1 and dport 2"), ("sport 1 not dport 2", "sport 1 and not dport 2"),
    ("dev lo uid 0", "dev lo and uid = 0"),
    ("state listen or dev lo state close", "state listen or (dev lo and state close)"),
  ]) func andBindsTighterThanOrAndNotTighterThanBoth(_ text: String, _ meaning: String) throws {
    #expect(try Self.parse(text).node.normalized() == Self.parse(meaning).node.normalized())
  }

  /// Filters whose description is the text that was parsed.
  @Test(arguments: [
    "sport = :80", "sport != :80,443", "sport >= :1024", "sport <= :1023", "sport = :8000-8999", "dst 10.0.0.0/8",
    "src [::1]", "src fe80::/10", "family inet6", "dev 2", "fwmark 0x10/0xf0", "fwmark 0x1", "cgroup 4711", "autobound",
    "state listen", "state established state time-wait", "state connected", "not state bucket", "state all",
    "uid = 1000", "rtt > 50ms", "rtt <= 200us", "pid 4711", "comm = nginx", "comm = \"a b\"", "unit = nginx",
    "container = 4f6a",
    "comm ~ ^nginx", "cmdline ~ \"worker [12]\"", "unit ~ 'a\"b'", "not container ~ x", "recv-q >= 10001",
    "sport = :1 or sport = :2 and dport = :3",
    "(sport = :1 or dport = :2) and not (dev 1 and uid = 0)", "not sport = :80", "not autobound",
  ]) func descriptionIsTheParsedText(_ text: String) throws {
    #expect(try Self.parse(text).description == text)
  }

  @Test(arguments: ["a\"b'c d", "(\"'", "x ", "", "[\"']", "é(", "'", "a'b", "\"\u{301}'", "\0e'\u{17}\""])
  func anyNameAndAnyExpressionCanBeWritten(_ text: String) throws {
    let pattern = try FilterPattern(text.replacing("(", with: "\\(").replacing("[", with: "\\["))
    for filter: SocketFilter in [
      .heldBy(command: text), .heldBy(commandLineMatching: pattern), .heldBy(unit: text), .heldBy(container: text),
    ] {
      let written = try SocketFilter("(\(filter) and sport = :80) or dev 1")
      let built = try filter && SocketFilter("sport = :80") || SocketFilter("dev 1")
      #expect(written.node.normalized() == built.node.normalized(), "\(filter)")
    }
  }
}
