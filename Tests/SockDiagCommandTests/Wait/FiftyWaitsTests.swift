import Foundation
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Many commands that wait for the timers of the kernel.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FiftyWaitsTests {
  /// Fifty new records, each waited for by its own command without a timeout: all waits end, and none ends late.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SOCKDIAG_SLOW_TESTS"] == "1", "takes a minute"))
  func fiftyWaitsForTimeWaitEndInTime() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      for port in 9000..<9050 { try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, UInt16(port))) }
      return try laboratory.namespace.run(["python3", "-c", Self.fiftyWaits, tool], timeout: .seconds(200))
    }
    #expect(result.status == 0, "\(result.errorText)")
    let delays = result.outputText.split(separator: "\n").compactMap { Double($0.split(separator: " ").last ?? "") }
    // The last line is the longest standstill of the machine, during which no look is possible.
    #expect(delays.count == 51, "\(result.outputText)")
    let standstill = delays.last ?? 0
    for delay in delays.dropLast() { #expect(delay < 1 + standstill) }
    print("fifty waits ended up to \(delays.dropLast().max() ?? 0) s after the kernel; standstill \(standstill) s")
  }

  /// Prints for each port how long after the end of its record the wait ended; fails if a wait fails.
  private static let fiftyWaits = """
    import subprocess, sys, threading, time
    ports = range(9000, 9050)
    ends, statuses, standstill = {}, {}, 0
    def wait(port):
      statuses[port] = subprocess.run([sys.argv[1], "wait", str(port), "--free", "--as", "c"]).returncode
      ends[port] = time.monotonic()
    threads = [threading.Thread(target=wait, args=[port]) for port in ports]
    for thread in threads: thread.start()
    gone, present = {}, set(ports)
    while present and any(thread.is_alive() for thread in threads):
      before = time.monotonic()
      rows = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
      seen = {int(row[1].split(":")[1], 16) for row in rows if row[3] == "06"}
      for port in present - seen: gone[port] = before
      present &= seen
      due = before + 0.02
      time.sleep(max(due - time.monotonic(), 0))
      if len(present) < len(ports): standstill = max(standstill, time.monotonic() - due)
    for thread in threads: thread.join()
    for port in ports: print(port, statuses[port], ends[port] - gone.get(port, 0))
    print("standstill", standstill)
    sys.exit(any(statuses.values()) or bool(present))
    """
}
