/// Command lines that are wrong, or that belong to another tool, with a part of what the answer offers.
enum ForeignLines {
  typealias Line = (line: String, offer: String)

  static let all: [Line] =
    ss + netstat + lsof + killers + words + arguments + options + filters

  private static let ss: [Line] = [
    ("-Z", "ss -Z"), ("list --bpf-map-id=3", "sockdiag list -b"),
    ("--tipcinfo", "sockdiag list -i --tipc"),
    ("-K dport = :80", "sockdiag destroy dport = :80"),
    ("-E", "sockdiag events"), ("-tE", "sockdiag events -t"), ("--events", "sockdiag events"),
    ("-D /nonexistent/file", "sockdiag record /nonexistent/file"), ("-T", "sockdiag list -p"),
    ("--tos", "sockdiag list -e"), ("--cgroup", "sockdiag list -e"), ("--inet-sockopt", "sockdiag list -e"),
    ("list -f packet", "sockdiag list -f link"), ("list -f ipv4", "sockdiag list -f inet"),
    ("list -f tcp", "sockdiag list -t"), ("list -A tpc", "sockdiag list -A tcp,udp"), ("ss -tln", "sockdiag list -tln"),
  ]

  private static let netstat: [Line] = [
    ("netstat -tulpn", "sockdiag list -tulpn"), ("tulpn", "sockdiag -tulpn"), ("-c", "sockdiag events"),
    ("-g", "ip maddress"), ("--route", "ip route"), ("--interfaces", "ip -s link"),
    ("--statistics", "sockdiag list -s"), ("-P", "sockdiag"),
  ]

  private static let lsof: [Line] = [
    ("-i :8080", "sockdiag why 8080"), ("-i:8080", "sockdiag why 8080"), ("-iTCP:8080", "sockdiag why 8080"),
    ("-iUDP:53", "sockdiag why 53/udp"), ("-ti :8080", "sockdiag why 8080"), ("-iTCP", "sockdiag list -atp"),
    ("-iTCP -sTCP:LISTEN", "sockdiag list -ltp"), ("-nP -i4", "sockdiag list -a4p"),
    ("-nP -iTCP:8080 -sTCP:LISTEN", "sockdiag list -ltp sport = :8080"), ("lsof -i :8080", "sockdiag why :8080"),
  ]

  private static let killers: [Line] = [
    ("-k 8080/tcp", "sockdiag kill 8080/tcp"), ("fuser 8080/tcp", "sockdiag why 8080/tcp"),
    ("-n tcp 8080", "sockdiag why 8080/tcp"), ("tcp 8080", "sockdiag why 8080/tcp"),
    ("killport 8080", "sockdiag kill 8080"), ("kill-port 8080", "sockdiag kill 8080"),
    ("stop 8080", "sockdiag kill 8080"), ("getport", "sockdiag free"),
    ("kill -9 8080", "sockdiag kill 8080 --signal KILL"), ("kill 8080 -f", "sockdiag kill 8080 --yes"),
    ("kill -p 8080", "sockdiag kill 8080"), ("kill nginx", "sockdiag list -ap comm = nginx"),
    ("kill", "sockdiag kill 8080"), ("list -t -k 8080", "sockdiag kill 8080"),
  ]

  private static let words: [Line] = [
    ("lsit", "sockdiag list"), ("lst -t", "sockdiag list -t"), ("kil 8080", "sockdiag kill 8080"),
    ("wiat 8080", "sockdiag wait 8080"), ("port 8080", "sockdiag why 8080"), ("who 8080", "sockdiag why 8080"),
    ("ls", "sockdiag list"), ("show", "sockdiag list"), ("ports", "sockdiag why --help"),
    ("listening", "sockdiag listeners"),
    ("LISTEN", "sockdiag listeners"), ("established", "sockdiag list state established"),
    ("TIME_WAIT", "sockdiag list state time_wait"), ("monitor -t", "sockdiag events -t"),
    ("top", "sockdiag watch"), ("list -t --watch", "sockdiag watch -t"),
    ("statistics", "sockdiag stats"), ("summary", "sockdiag list -s"), ("doctor", "sockdiag check"),
    ("tcpdump", "sockdiag record --help"),
    ("version", "sockdiag --version"), ("nginx", "sockdiag list -ap comm = nginx"),
    ("-t list", "sockdiag list -t"), ("help lst", "sockdiag list"), ("help list foo", "sockdiag --help"),
  ]

  private static let arguments: [Line] = [
    ("list 8080", "sockdiag list sport = :8080"), ("list :8080", "sockdiag list sport = :8080"),
    ("list -t 8080", "sockdiag list -t sport = :8080"), ("events 8080", "sockdiag events sport = :8080"),
    ("list 127.0.0.1:8080", "sockdiag list src 127.0.0.1:8080"), ("why nginx", "sockdiag list -ap comm = nginx"),
    ("why", "sockdiag why 8080"), ("wait", "sockdiag wait 8080"),
    ("wait 8080 30", "sockdiag wait 8080 --free --timeout 30s"),
    ("why 8080 443", "sockdiag why 8080"), ("http://localhost:8080/", "localhost:8080"),
    ("::1:8080", "[::1]:8080"), ("99999", "0 to 65535"),
  ]

  private static let options: [Line] = [
    ("list --jsn", "sockdiag list --json"), ("list --tpc", "sockdiag list --tcp"), ("--hlep", "sockdiag --help"),
    ("--verison", "sockdiag --version"), ("list -q", "sockdiag list"), ("-?", "--help"),
    ("list --format json", "sockdiag list --json"), ("why 8080 --timeout 5", "sockdiag wait 8080 --timeout 5"),
    ("why -p 8080", "sockdiag why 8080"), ("-p 8080", "sockdiag why 8080"),
    ("why --listening 8080", "sockdiag list --listening sport = :8080"), ("list -f", "sockdiag list --help"),
    ("list --json=1", "sockdiag list --help"), ("wait 8080 -t 30", "sockdiag wait 8080 --free --timeout 30s"),
    ("wait 8080 --listenin", "sockdiag wait 8080 --listening"), ("kill 8080 --yess", "sockdiag kill 8080 --yes"),
    ("free 3000 --jsn", "sockdiag free 3000 --json"), ("list --delay 3", "sockdiag list --help"),
    ("events --buffer 64M sport == :80 --tpc", "sockdiag events --buffer 64M sport == :80 --tcp"),
    ("list -i udp:53", "sockdiag why 53/udp"),
  ]

  private static let filters: [Line] = [
    ("list state establ", "sockdiag list state established"), ("list dprot = :443", "sockdiag list dport = :443"),
    ("dprot=:443", "sockdiag dport=:443"), ("list -t LISTEN", "sockdiag list -t state listen"),
    ("list sport:80", "sockdiag list sport :80"), ("list DPORT = :80", "sockdiag list dport = :80"),
    ("list 10.0.0.0/8", "sockdiag list dst 10.0.0.0/8"),
  ]
}
