import BindTrace
import Foundation
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// strace sees the same calls.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"),
  .enabled(if: isStraceThere, "needs strace"), .timeLimit(.minutes(20)))
struct StraceTests {
  private static let server = """
    import http.server, os, socket, socketserver, sys, threading
    class Server(socketserver.TCPServer):
      allow_reuse_address = True
    server = Server(("127.0.0.1", 8000), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.handle_request).start()
    socket.create_connection(("127.0.0.1", 8000)).close()
    local = socket.socket(socket.AF_UNIX)
    local.bind("\\0bind-trace-test")
    local.listen()
    for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::"), (socket.AF_INET6, "::1"):
      for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
        if os.fork() == 0:
          try:
            one = socket.socket(family, kind)
            one.bind((address, 8000))
            one.listen(3)
          except OSError:
            pass
          os._exit(0)
        os.wait()
    """

  @Test func straceSeesTheSameCalls() async throws {
    let command = ["python3", "-c", Self.server]
    let ours = try await Subject.watch(command)
    #expect(ours.report.ending == .exited(0))
    let folder = try TemporaryFolder()
    let file = folder.file("strace")
    let result = try await LabNamespace.withNew {
      try $0.run(["strace", "-f", "-qq", "-yy", "-e", "trace=bind,listen", "-e", "signal=none", "-o", file] + command)
    }
    #expect(result.status == 0)
    let theirs = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap(Self.summary)
    #expect(theirs.count > 8)
    let calls = ours.calls.filter { !$0.isOnUnixSocket && $0.kind != .connect }
    #expect(calls.map { Self.summary($0.kind == .bind, $0.address?.port, $0.errno) } == theirs)
  }

  private static func summary(_ isBind: Bool, _ port: UInt16?, _ errno: Int32) -> String {
    isBind ? "bind \(port.map { String($0) } ?? "-") \(errno)" : "listen \(errno)"
  }

  /// A line such as `31 bind(3<TCP:[5]>, {sa_family=AF_INET, sin_port=htons(80), …}, 16) = -1 EACCES (…)`.
  private static func summary(_ line: Substring) -> String? {
    guard !line.contains("<UNIX"), !line.contains("AF_UNIX"), let result = line.split(separator: " = ").last else {
      return nil
    }
    let names = ["EADDRINUSE": EADDRINUSE, "EOPNOTSUPP": EOPNOTSUPP]
    let errno = result.hasPrefix("0") ? 0 : names.first { result.contains($0.key) }?.value ?? -1
    let port = line.split(separator: "htons(").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
    return summary(line.contains(" bind("), port, errno)
  }
}

private let isStraceThere = ["/usr/bin/strace", "/bin/strace"].contains {
  FileManager.default.isExecutableFile(atPath: $0)
}
