internal import BindDiagnosis
internal import SockDiag

extension Preset {
  /// The statement that sets an option in a program of this kind; `nil` if the program always sets the option or cannot.
  func statement(_ option: BindOptions, _ transport: TransportProtocol) -> String? {
    guard let name = option.kernelNames.first else { return nil }
    let isUDP = transport == .udp
    let level = Self.level(option)
    switch self {
    case .c: return "setsockopt(fd, \(level), \(name), &(int){1}, sizeof(int))"
    case .rust: return Self.rust(option, isUDP, level, name)
    case .tokio: return Self.tokio(option, isUDP, level, name)
    case .python: return Self.pythonServer(option, isUDP, Self.python(option, level, name))
    case .pythonSocket: return Self.python(option, level, name)
    case .asyncio: return Self.asyncio(option, isUDP, Self.python(option, level, name))
    case .gunicorn: return option == .reusePort ? "gunicorn --reuse-port …" : nil
    case .go: return Self.go(option, isUDP, "unix.SetsockoptInt(int(fd), unix.\(level), unix.\(name), 1)")
    case .node: return isUDP ? Self.nodeDatagram(option) : Self.nodeStream(option)
    case .deno: return Self.deno(option, isUDP)
    case .bun: return isUDP ? nil : Self.bun(option)
    case .java: return Self.java(option, isUDP)
    case .dotnet: return Self.dotnet(option, isUDP)
    case .php: return Self.php(option, isUDP)
    case .haproxy:
      switch option {
      case .v6Only: return "bind [::]:… v6only"
      case .transparent: return "bind … transparent"
      default: return nil
      }
    // These have no setting for any of the options.
    case .uvicorn, .puma, .rails, .apache, .caddy, .postgres, .redis, .docker: return nil
    case .nginx:
      let udp = isUDP ? "udp " : ""
      switch option {
      case .reusePort: return "listen … \(udp)reuseport;"
      case .v6Only: return "listen [::]:… \(udp)ipv6only=on;"
      default: return nil
      }
    case .systemd:
      switch option {
      case .reusePort: return "ReusePort=yes"
      case .v6Only: return "BindIPv6Only=ipv6-only"
      case .freebind: return "FreeBind=yes"
      default: return nil
      }
    }
  }

  /// The statement for Python, whose module lacks the names of some options.
  private static func python(_ option: BindOptions, _ level: String, _ name: String) -> String {
    switch option {
    case .freebind: "s.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND"
    case .bindAddressNoPort: "s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT"
    default: "s.setsockopt(socket.\(level), socket.\(name), 1)"
    }
  }

  /// The statement for servers on the module socketserver. They bind in their constructor, unless told otherwise.
  private static func pythonServer(_ option: BindOptions, _ isUDP: Bool, _ statement: String) -> String? {
    let server = isUDP ? "socketserver.UDPServer" : "http.server.HTTPServer"
    switch option {
    case .reuseAddress: return isUDP ? "\(server).allow_reuse_address = True" : nil
    // Older versions ignore it.
    case .reusePort: return "\(server).allow_reuse_port = True  # since Python 3.11"
    default:
      let set = statement.replacing("s.setsockopt", with: "server.socket.setsockopt").prefix { $0 != "#" }
      let statement = set.last == " " ? set.dropLast(2) : set
      return "server = \(server)(…, bind_and_activate=False); \(statement); server.server_bind()"
    }
  }

  private static func asyncio(_ option: BindOptions, _ isUDP: Bool, _ statement: String) -> String {
    let call = isUDP ? "loop.create_datagram_endpoint" : "loop.create_server"
    switch option {
    case .reuseAddress where !isUDP: return "\(call)(…, reuse_address=True)"
    case .reusePort: return "\(call)(…, reuse_port=True)"
    // Until Python 3.11 a datagram endpoint had reuse_address too.
    default: return "\(statement); then bind s, and \(call)(…, sock=s)"
    }
  }

  private static func go(_ option: BindOptions, _ isUDP: Bool, _ statement: String) -> String {
    switch option {
    case .v6Only: isUDP ? "net.ListenPacket(\"udp6\", …)" : "net.Listen(\"tcp6\", …)"
    // This option is for programs that connect.
    case .bindAddressNoPort: "net.Dialer{LocalAddr: …, Control: …}, in it \(statement)"
    default: "net.ListenConfig{Control: …}, in it \(statement)"
    }
  }

  private static func nodeStream(_ option: BindOptions) -> String? {
    switch option {
    // Older versions ignore the option. Without a host both options are ignored.
    case .reusePort: "server.listen({ port, host, reusePort: true })  // since Node.js 22.12 and 23.1"
    case .v6Only: "server.listen({ port, host: '::', ipv6Only: true })"
    default: nil
    }
  }

  private static func nodeDatagram(_ option: BindOptions) -> String? {
    switch option {
    case .reuseAddress: "dgram.createSocket({ type, reuseAddr: true })"
    case .reusePort: "dgram.createSocket({ type, reusePort: true })  // since Node.js 22.12 and 23.1"
    case .v6Only: "dgram.createSocket({ type: 'udp6', ipv6Only: true })"
    default: nil
    }
  }

  /// The statement for Java. A socket that is created with an address is bound at once, before options can be set.
  private static func java(_ option: BindOptions, _ isUDP: Bool) -> String? {
    let made = isUDP ? "socket = new DatagramSocket(null)" : "socket = new ServerSocket()"
    switch option {
    case .reuseAddress: return "\(made); socket.setReuseAddress(true); socket.bind(…)"
    case .reusePort: return "\(made); socket.setOption(StandardSocketOptions.SO_REUSEPORT, true); socket.bind(…)"
    default: return nil
    }
  }

  /// The statement for .NET. On Linux its ReuseAddress sets SO_REUSEPORT too.
  private static func dotnet(_ option: BindOptions, _ isUDP: Bool) -> String? {
    switch option {
    case .reuseAddress where !isUDP: nil
    case .reuseAddress, .reusePort:
      "socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true); socket.Bind(…)"
    case .v6Only: "socket.DualMode = false; socket.Bind(…)"
    default: nil
    }
  }

  private static func deno(_ option: BindOptions, _ isUDP: Bool) -> String? {
    switch option {
    case .reuseAddress where isUDP:
      "Deno.listenDatagram({ port, transport: 'udp', reuseAddress: true })  // deno run --unstable-net"
    case .reusePort where !isUDP: "Deno.serve({ port, reusePort: true }, …)  // deno run --unstable-net"
    default: nil
    }
  }

  private static func bun(_ option: BindOptions) -> String? {
    switch option {
    case .reusePort: "Bun.serve({ port, reusePort: true, … })"
    case .v6Only: "Bun.serve({ port, hostname: '::', ipv6Only: true, … })"
    default: nil
    }
  }

  /// The statement for PHP, whose stream servers always set SO_REUSEADDR.
  private static func php(_ option: BindOptions, _ isUDP: Bool) -> String? {
    let name: String
    switch option {
    case .reusePort: name = "so_reuseport"
    case .v6Only: name = "ipv6_v6only"
    default: return nil
    }
    let (scheme, flags) = isUDP ? ("udp", "STREAM_SERVER_BIND") : ("tcp", "STREAM_SERVER_BIND | STREAM_SERVER_LISTEN")
    return
      "stream_socket_server('\(scheme)://…', $code, $text, \(flags), stream_context_create(['socket' => ['\(name)' =>"
      + " true]]))"
  }

  /// The statement for Tokio, whose listener sets SO_REUSEADDR always.
  private static func tokio(_ option: BindOptions, _ isUDP: Bool, _ level: String, _ name: String) -> String? {
    switch option {
    case .reusePort where !isUDP:
      "let socket = TcpSocket::new_v4()?; socket.set_reuseport(true)?; socket.bind(…)?; socket.listen(1024)?"
    default: rust(option, isUDP, level, name)
    }
  }

  /// The statement for Rust with the crate socket2, because the standard library binds at once. Options that socket2 lacks
  /// need the crate libc.
  private static func rust(_ option: BindOptions, _ isUDP: Bool, _ level: String, _ name: String) -> String? {
    switch option {
    // The standard library sets it for TCP.
    case .reuseAddress where !isUDP: nil
    case .reuseAddress: "socket2::Socket: socket.set_reuse_address(true)?"
    case .reusePort: "socket2::Socket: socket.set_reuse_port(true)?"
    case .v6Only: "socket2::Socket: socket.set_only_v6(true)?"
    default: "socket2::Socket, and libc::setsockopt(socket.as_raw_fd(), libc::\(level), libc::\(name), …)"
    }
  }

  /// The level of an option for setsockopt().
  private static func level(_ option: BindOptions) -> String {
    switch option {
    case .v6Only: "IPPROTO_IPV6"
    case .freebind, .transparent, .bindAddressNoPort: "IPPROTO_IP"
    default: "SOL_SOCKET"
    }
  }
}
