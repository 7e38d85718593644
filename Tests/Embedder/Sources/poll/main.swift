import Polling
import SockDiag
import Synchronization

// An actor polls for some rounds.
let monitor = try ListenerMonitor(SocketInspector())
for round in 1...3 {
  let new = try await monitor.poll()
  print("round \(round): \(new.count) new listeners, longest queue \(try await monitor.longestQueue())")
  try await Task.sleep(for: .milliseconds(20))
}

// A detached task takes an inspector that was made here. An escaping closure cannot consume a value that it captures, so the
// value waits in a Mutex.
let handedOver = Mutex<SocketInspector?>(try SocketInspector())
let connections = try await Task.detached {
  guard var inspector = handedOver.withLock({ $0.take() }) else { return 0 }
  return try inspector.dump(SocketQuery(.tcp)).sockets.count
}.value
print("\(connections) connections")

// Several tasks share one.
let shared = Mutex(try SocketInspector())
try await withThrowingTaskGroup(of: Int.self) { group in
  for kind in [TransportProtocol.tcp, .udp] {
    group.addTask { try shared.withLock { inspector in try inspector.dump(SocketQuery(kind)).sockets.count } }
  }
  for try await count in group { print("\(count) sockets") }
}
