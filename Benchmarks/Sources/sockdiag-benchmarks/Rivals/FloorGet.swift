import CFloor

/// Exact gets of many connections in turn, so that the sockets are not all in a cache.
final class FloorGet: Rival {
  let name = "floor: bare C get"
  let role = Role.floor
  let operations: Int

  private let descriptor: Int32
  private let tuples: [floor_tuple]

  init(tuples: [floor_tuple]) throws {
    self.tuples = tuples
    operations = max(1, tuples.count)
    descriptor = try openFloor()
  }

  deinit {
    floor_close(descriptor)
  }

  func run() throws -> Int? {
    var count = 0
    for tuple in tuples {
      let received = floor_get(descriptor, tuple)
      guard received >= 0 else { throw BenchmarkError("floor get: \(errorText(received))") }
      count += received
    }
    return count
  }

  /// Established connections spread evenly over the hash.
  static func pickTuples(_ count: Int, of connected: Int) throws -> [floor_tuple] {
    let descriptor = try openFloor()
    defer { floor_close(descriptor) }
    var tuples = [floor_tuple](repeating: floor_tuple(), count: min(count, connected))
    // SAFETY: the callee writes at most the count given with the pointer, and keeps neither.
    let filled = unsafe tuples.withUnsafeMutableBufferPointer { buffer in
      unsafe floor_collect(descriptor, buffer.baseAddress, buffer.count, connected)
    }
    guard filled >= 0 else { throw BenchmarkError("floor dump: \(errorText(filled))") }
    return Array(tuples.prefix(filled))
  }
}
