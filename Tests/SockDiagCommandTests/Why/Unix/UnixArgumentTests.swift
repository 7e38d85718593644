import BindDiagnosis
import SockDiag
import Testing

@testable import SockDiagCommand

/// The names of UNIX sockets on the command line.
struct UnixArgumentTests {
  @Test(arguments: [
    ("/run/app.sock", "/run/app.sock"), ("./app.sock", "./app.sock"), ("../a", "../a"), ("app.sock", "app.sock"),
    ("unix:/x", "/x"), ("unix:///x", "/x"), ("unix:x", "x"), ("@app", "@app"), ("unix:@app", "@app"),
    ("@a\\x00b", "@a\\x00b"), ("/a b", "/a\\x20b"), ("/tmp/a:b", "/tmp/a:b"), ("unix:/a:80", "/a:80"),
  ])
  func namesAreRead(_ text: String, _ name: String) throws {
    #expect(try UnixArgument(parsing: text)?.name.description == name)
  }

  @Test(arguments: [
    "8080", ":80", "127.0.0.1:8080", "[::1]:80", "53/udp", "http", "http://localhost:80", "app", "*:80", "host.sock:80",
  ])
  func portsAreLeftToTheirParser(_ text: String) throws {
    #expect(try UnixArgument(parsing: text) == nil)
  }

  @Test(arguments: [
    (
      "/run/app.sock:8080",
      "'/run/app.sock:8080' is a path with a port, and a UNIX socket has no port; write /run/app.sock"
        + " or 8080"
    ),
    ("unix:", "'unix:' lacks a name; write unix:/run/app.sock or unix:@name"),
    ("@", "'@' is not an abstract name; write it as tables show it, such as @name or @a\\x00b"),
    ("@a\\x0", "'@a\\x0' is not an abstract name; write it as tables show it, such as @name or @a\\x00b"),
  ])
  func wrongFormsAreExplained(_ text: String, _ message: String) throws {
    let failure = #expect(throws: CommandFailure.self) { try UnixArgument(parsing: text) }
    #expect(failure?.message == message)
  }

  @Test(arguments: ["/run/app.sock", "./app.sock", "@app", "unix:app", "app.sock"])
  func nameAloneIsAQuestion(_ word: String) {
    #expect(PortShorthand.isQuestion([word]))
    #expect(!PortShorthand.isQuestion(["--", word]))
  }

  @Test func portsAndSocketsAreNotMixed() {
    #expect(throws: CommandFailure.self) { try UnixArgument.list(["/a", "8080"], options: []) }
    #expect(throws: CommandFailure.self) { try UnixArgument.list(["/a"], options: ["--udp"]) }
    #expect(throws: Never.self) { try UnixArgument.list(["8080", "9090"], options: ["--udp"]) }
  }
}
