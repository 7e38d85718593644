import PortControl
import SockDiag
import Testing

@testable import SockDiagCommand

/// What a wait shows on a terminal.
struct ProgressLineTests {
  @Test func remarkIsReportedOnce() {
    // The first two states are not worth a remark.
    var (looks, reports) = (0, [String]())
    var terminal = TerminalWait(
      progress: .hidden, interruption: .none,
      remark: { _ in
        looks += 1
        return looks > 2 ? "remark \(looks)" : nil
      }, report: { reports.append($0) })
    for _ in 0..<5 {
      terminal.take(WaitStatus(lookAfter: .zero, obstacle: .otherSockets([])), at: .now, until: .now + .seconds(60))
    }
    #expect(reports == ["remark 3"] && looks == 3)
    // A hidden line needs no seconds.
    #expect(terminal.willSleep() == nil)
  }

  @Test func progressLineStartsWithTheTimes() {
    let text = {
      ProgressLine.text("TCP port 80 to be free", "time-wait 127.0.0.1:80", expected: $0, left: .seconds(9))
    }
    #expect(text(nil) == "waiting for TCP port 80 to be free: 9 s left; time-wait 127.0.0.1:80")
    #expect(text(.milliseconds(4_200)).contains(": in 5 s, 9 s left; "))
    #expect(text(.zero).contains(": any moment, 9 s left; "))
  }

  /// The last column stays empty.
  @Test func progressLineFitsOnANarrowTerminal() {
    #expect(StatusLine.line("waiting for port 80", width: 12) == "waiting for")
    #expect(StatusLine.line("waiting", width: 8) == "waiting")
    #expect(StatusLine.line("waiting", width: 7) == "waitin")
    // A character counts once, however many bytes it takes, and control characters become visible ones.
    #expect(StatusLine.line("a → b", width: 4) == "a →")
    #expect(StatusLine.line("a\u{1b}[2Jb", width: 80) == "a\\x1b[2Jb")
  }
}
