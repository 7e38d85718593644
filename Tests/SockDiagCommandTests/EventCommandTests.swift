import SocketLaboratory
import Testing

@testable import SockDiagCommand

/// `sockdiag events` in a namespace of its own: how it begins, what it shows and how it ends.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct EventCommandTests {
  /// Runs a script in which the command is `$0`. `ends COUNT` ends so many UDP sockets, `begun FILE LINES` waits, ending
  /// one now and then, until the command has written more than so many lines, `stopped PID` stops it, `dropping` waits
  /// until the kernel has dropped an event, which it announces when it finds the time, and `accounted FILE` counts what
  /// the command has written of, the dropped included.
  private func run(_ script: String) async throws -> CommandResult {
    let tool = try Tool.path
    let functions = """
      ends() { for ((i = 0; i < $1; i++)); do exec 3>/dev/udp/127.0.0.1/9; exec 3>&-; done; }
      begun() { for ((n = 0; n < 200; n++)); do ends 1; sleep 0.05; [ "$(wc -l <"$1")" -gt ${2:-0} ] && return; done; }
      stopped() { kill -STOP $1; until grep -q '^State:.[TZ]' /proc/$1/status; do sleep 0.01; done; }
      dropping() { for ((n = 0; n < 400; n++)); do awk '{ sum += $9 } END { exit !sum }' /proc/net/netlink && return; sleep 0.05; done; }
      accounted() { awk -F'"dropped":' 'NF > 1 { sum += $2 } NF == 1 { sum++ } END { print sum + 0 }' "$1"; }
      out=$(mktemp); trap 'rm -f "$out" "$out.fifo"' EXIT

      """
    return try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(["/bin/bash", "-c", functions + script, tool])
    }
  }

  @Test(arguments: ["INT", "TERM"])
  func aSignalEndsItWithCompleteLines(signal: String) async throws {
    let result = try await run(
      """
      "$0" events --ndjson -u -iem >"$out" & pid=$!
      begun "$out"; ends 50; begun "$out" 50
      kill -\(signal) $pid; wait $pid; status=$?; cat "$out"; exit $status
      """)
    #expect(result.status == 0 && result.errorText == "")
    #expect(result.output.last == UInt8(ascii: "\n"))
    let schema = try EventRenderingTests.schema
    let lines = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0) }
    #expect(lines.count >= 51)
    #expect(lines.flatMap(schema.violations) == [])
    let isToNine = lines.map { $0["remote"]?["port"] == .number(9) && $0["protocol"] == .string("udp") }
    #expect(isToNine.count { $0 } >= 51)
  }

  @Test func theTableIsWrittenRowByRow() async throws {
    let result = try await run(
      """
      "$0" events -u dport = :9 >"$out" & pid=$!
      begun "$out" 1; ends 5; begun "$out" 6; cp "$out" "$out.seen"
      kill -INT $pid; wait $pid; status=$?; cat "$out.seen"; rm "$out.seen"; exit $status
      """)
    #expect(result.status == 0 && result.errorText == "")
    let rows = result.outputText.split(separator: "\n")
    #expect(rows.first?.split(separator: " ") == ["Time", "Proto", "Local", "Peer"])
    #expect(rows.count >= 7)
    for row in rows.dropFirst() {
      let cells = row.split(separator: " ")
      #expect(cells.count == 4 && cells[1] == "udp" && cells[3] == "127.0.0.1:9")
      #expect(row.utf8.count == rows[1].utf8.count)
    }
  }

  @Test func eventsThatAreNotWantedAreNotShown() async throws {
    let result = try await run(
      """
      "$0" events --ndjson -u dport = :10 >"$out" & pid=$!
      for ((n = 0; n < 100; n++)); do
        ends 1; exec 3>/dev/udp/127.0.0.1/10; exec 3>&-; sleep 0.05; [ -s "$out" ] && break
      done
      kill -INT $pid; wait $pid; status=$?; cat "$out"; exit $status
      """)
    let ports = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0)["remote"]?["port"] }
    #expect(result.status == 0)
    #expect(!ports.isEmpty && ports.allSatisfy { $0 == .number(10) })
  }

  /// No event comes that could be written and fail.
  @Test func itEndsWithItsReaderWhileNothingHappens() async throws {
    let result = try await run(#"("$0" events -t; echo $? >&2) | head -1"#)
    #expect(result.outputText.hasPrefix("Time "))
    #expect(result.errorText == "141\n")
  }

  /// A pipe that nobody reads from is full after some hundred events.
  @Test func aSignalEndsItAlthoughNobodyReads() async throws {
    let result = try await run(
      """
      mkfifo "$out.fifo"; exec 4<>"$out.fifo"
      "$0" events --ndjson -u >"$out.fifo" & pid=$!
      for ((n = 0; n < 40; n++)); do ends 50; sleep 0.02; done
      kill -INT $pid; wait $pid
      """)
    #expect(result.status == 0 && result.errorText == "")
  }

  @Test func whatIsLostIsSaidInBothPlaces() async throws {
    let count = 500
    let result = try await run(
      """
      "$0" events --ndjson -u dport = :9 --buffer 10000 >"$out" & pid=$!
      begun "$out"; stopped $pid; before=$(grep -c . "$out"); ends \(count); dropping; kill -CONT $pid
      for ((n = 0; n < 200; n++)); do [ $(accounted "$out") -ge $((before + \(count))) ] && break; sleep 0.05; done
      kill -INT $pid; wait $pid; status=$?; tail -n +$((before + 1)) "$out"; exit $status
      """)
    #expect(result.status == 0)
    let lines = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0) }
    let schema = try EventRenderingTests.schema
    #expect(lines.flatMap(schema.violations) == [])
    var dropped = 0.0
    for line in lines { if case .number(let number)? = line["dropped"] { dropped += number } }
    #expect(dropped > 0)
    // What ended to see whether the command had begun may be announced late.
    let accounted = Double(lines.count { $0["event"] == .string("destroyed") }) + dropped
    #expect(accounted >= Double(count) && accounted < Double(count + 50))
    #expect(result.errorText.hasPrefix("sockdiag: the kernel dropped "))
    #expect(
      result.errorText.hasSuffix(
        " events, for the receive buffer was full; give a larger --buffer and, without CAP_NET_ADMIN, raise the sysctl"
          + " net.core.rmem_max as well\n"))
  }
}
