import SockDiag

// traffic ROUNDS: what all TCP connections of this host receive, ten times a second, none of them missed.
let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 10 : 10
let query = SocketQuery(.tcp, details: .tcpInfo)
let samples = SocketTracker(query, ends: try SocketEvents(.tcp)).samples(
  every: .milliseconds(100), with: try SocketInspector()
) { tracker, inspector throws(SockDiagError) in
  var bytes: UInt64 = 0
  let round = try tracker.update(&inspector) { bytes += $0.traffic?.bytesReceived ?? 0 }
  return (round, bytes)
}
var (ended, missed, bytes) = (0, 0, UInt64(0))
for try await sample in samples {
  ended += sample.value.0.ended
  missed += sample.value.0.missedEnds?.dropped ?? 0
  bytes += sample.value.1
  if sample.value.0.number >= rounds { break }
}
print("\(ended) connections ended, \(missed) unseen, \(bytes) bytes received")
