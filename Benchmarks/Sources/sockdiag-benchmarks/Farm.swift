import CHarness

/// The sockets that a run reads. `socket-farm` holds them until this value is destroyed.
struct Farm: ~Copyable {
  let total: Int
  let connected: Int
  let listening: Int

  private let process: harness_process

  init(program: String, sockets: Int, listening: Int, ipv6Percent: Int) throws {
    try self.init(
      Command(
        path: program,
        arguments: ["\(sockets)", "--listening", "\(listening)", "--ipv6", "\(ipv6Percent)"]
      ), sockets: sockets)
  }

  /// UNIX sockets.
  init(program: String, unixSockets: Int) throws {
    try self.init(Command(path: program, arguments: ["\(unixSockets)", "--unix"]), sockets: unixSockets)
  }

  private init(_ command: Command, sockets: Int) throws {
    // SAFETY: the string lives through the call, and the callee keeps no pointer to it.
    let process = unsafe harness_start(command.lines)
    guard process.pid > 0 else {
      throw BenchmarkError("cannot start \(command.path): \(errorText(process.pid))")
    }
    let line = Farm.readLine(of: process)
    let words = line.split(separator: " ")
    guard words.count >= 6, words[0] == "ready", let total = Int(words[1]), let connected = Int(words[3]),
      let holding = Int(words[5])
    else {
      _ = harness_finish(process)
      throw BenchmarkError("cannot make \(sockets) sockets; socket-farm printed the reason above")
    }
    self.process = process
    self.total = total
    self.connected = connected
    self.listening = holding
  }

  deinit {
    _ = harness_finish(process)
  }

  /// Replaces connections while the farm exists.
  var change: FarmChange { FarmChange(process: process) }

  static func readLine(of process: harness_process) -> String {
    let capacity = 256
    // SAFETY: the callee writes at most `capacity` bytes and returns how many.
    return unsafe String(unsafeUninitializedCapacity: capacity) { bytes in
      let length = unsafe bytes.withMemoryRebound(to: CChar.self) {
        unsafe harness_read_line(process, $0.baseAddress, capacity)
      }
      return max(0, length)
    }
  }
}

/// Replaces connections of a farm: descriptors keep their numbers and get new sockets.
struct FarmChange {
  fileprivate let process: harness_process

  /// Closes this many connections and opens as many new ones.
  func callAsFunction(_ connections: Int) throws {
    // SAFETY: the string lives through the call.
    let error = unsafe harness_write(process, "\(connections)\n")
    guard error == 0, Farm.readLine(of: process) == "changed \(connections)" else {
      throw BenchmarkError("socket-farm did not replace \(connections) connections; it printed the reason above")
    }
  }
}
