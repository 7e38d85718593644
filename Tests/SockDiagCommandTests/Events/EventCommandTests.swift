import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag events` in a namespace of its own: how it begins, what it shows and how it ends.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct EventCommandTests {
  /// Runs a script. In it, `$0` is the command, `$pid` its process, and these functions exist:
  ///
  /// - `ends COUNT` ends that many UDP sockets and adds the number to `$ended`.
  /// - `patiently COMMAND` repeats a command until it succeeds.
  /// - `begun FILE LINES` ends sockets until the command has written more lines than that.
  /// - `stopped` stops the command.
  /// - `handling` succeeds when the command has installed its signal handlers, `queued` when an event waits to be read,
  ///   `dropping` when the kernel has dropped an event.
  /// - `accounted FILE COUNT` succeeds when the command has reported that many events, dropped ones included.
  private func run(_ script: String) async throws -> CommandResult {
    let tool = try Tool.path
    let functions = """
      ended=0
      ends() { for ((i = 0; i < $1; i++)); do exec 3>/dev/udp/127.0.0.1/9; exec 3>&-; ((ended += 1)); done; }
      patiently() { until "$@"; do ((SECONDS < 50)) || { kill -KILL $pid; exit 70; }; sleep 0.02; done; }
      written() { ends 1; sleep 0.02; [ "$(wc -l <"$1")" -gt $2 ]; }
      begun() { patiently written "$1" ${2:-0}; }
      stopped() { kill -STOP $pid; patiently grep -q '^State:.[TZ]' /proc/$pid/status; }
      caught() { awk '$1 == "SigCgt:" { print "0x" $2 }' /proc/$pid/status; }
      handling() { [ /proc/$pid/exe -ef "$0" ] && (( ($(caught) & 0x4002) == 0x4002 )); }
      queued() { awk '{ sum += $5 } END { exit !sum }' /proc/net/netlink; }
      dropping() { awk '{ sum += $9 } END { exit !sum }' /proc/net/netlink; }
      accounted() { awk -F'"dropped":' 'NF > 1 { sum += $2 } NF == 1 { sum++ } END { exit sum < '$2' }' "$1"; }
      out=$(mktemp); trap 'rm -f "$out" "$out.fifo"' EXIT

      """
    return try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(["/bin/bash", "-c", functions + script, tool])
    }
  }

  @Test(arguments: ["INT", "TERM"])
  func signalEndsItWithCompleteLines(signal: String) async throws {
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

  @Test func tableIsWrittenRowByRow() async throws {
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

  @Test func unwantedEventsAreNotShown() async throws {
    let result = try await run(
      """
      "$0" events --ndjson -u dport = :10 >"$out" & pid=$!
      shown() { ends 1; exec 3>/dev/udp/127.0.0.1/10; exec 3>&-; sleep 0.02; [ -s "$out" ]; }
      patiently shown
      kill -INT $pid; wait $pid; status=$?; cat "$out"; exit $status
      """)
    let ports = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0)["remote"]?["port"] }
    #expect(result.status == 0)
    #expect(!ports.isEmpty && ports.allSatisfy { $0 == .number(10) })
  }

  /// No event comes that could be written and fail.
  @Test func closedPipeEndsItWithoutAnyEvent() async throws {
    let result = try await run(#"("$0" events -t; echo $? >&2) | head -1"#)
    #expect(result.outputText.hasPrefix("Time "))
    #expect(result.errorText == "141\n")
  }

  /// It is to write an event into a pipe that is full, while the next ones wait.
  @Test func signalEndsItWhileTheReaderIsStuck() async throws {
    let result = try await run(
      """
      mkfifo "$out.fifo"; exec 4<>"$out.fifo"; dd if=/dev/zero of="$out.fifo" bs=4096 oflag=nonblock 2>/dev/null
      "$0" events --ndjson -u >"$out.fifo" & pid=$!
      waits() { ends 50; queued; }
      patiently handling; patiently waits
      kill -INT $pid; wait $pid
      """)
    #expect(result.status == 0 && result.errorText == "")
  }

  @Test func gapIsReportedOnStandardErrorAndInJSON() async throws {
    let count = 500
    let result = try await run(
      """
      "$0" events --ndjson -u dport = :9 --buffer 10000 >"$out" & pid=$!
      begun "$out"; stopped; before=$(grep -c . "$out"); late=$((ended - before))
      ends \(count); patiently dropping; kill -CONT $pid; patiently accounted "$out" $((before + \(count)))
      kill -INT $pid; wait $pid; status=$?; echo $late; tail -n +$((before + 1)) "$out"; exit $status
      """)
    #expect(result.status == 0)
    let output = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0) }
    // Of what ended to see whether the command had begun, so much may be announced late.
    let late = try #require(output.first?.number)
    let lines = output.dropFirst()
    let schema = try EventRenderingTests.schema
    #expect(lines.flatMap(schema.violations) == [])
    let dropped = lines.compactMap { $0["dropped"]?.number }.reduce(0, +)
    #expect(dropped > 0)
    let accounted = Double(lines.count { $0["event"] == .string("destroyed") }) + dropped
    #expect(accounted >= Double(count) && accounted <= Double(count) + late)
    #expect(result.errorText.hasPrefix("sockdiag: the kernel dropped "))
    #expect(
      result.errorText.hasSuffix(
        " events, for the receive buffer was full; give a larger --buffer and, without CAP_NET_ADMIN, raise the sysctl"
          + " net.core.rmem_max as well\n"))
  }
}

extension JSONValue {
  fileprivate var number: Double? { if case .number(let number) = self { number } else { nil } }
}
