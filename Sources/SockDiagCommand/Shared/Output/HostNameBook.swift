internal import Glibc
internal import SockDiagWire
internal import Synchronization

/// A cache of host names, which the resolver of this host gives for addresses.
///
/// An answer may take as long as the resolver waits for its servers. So threads ask about many addresses at once, and the
/// wait for all answers is bounded. A thread whose question is never answered does not hold up the end of the program.
final class HostNameBook: Sendable {
  /// How long a listing waits for names.
  static var patience: Duration { .seconds(2) }
  /// The largest number of questions at the same time. Resolvers drop more.
  private static var threadLimit: Int { 32 }

  /// Asks for the name of an address; `nil` if it has none.
  typealias LookUp = @Sendable (IPAddress) -> String?

  private struct State {
    /// Addresses about which no thread has asked yet.
    var waiting: [IPAddress] = []
    /// Addresses of which the answer is known, with `nil` for those without a name.
    var answers: [IPAddress: String?] = [:]
    /// Addresses that were ever wanted.
    var wanted: Set<IPAddress> = []
    /// The addresses of the last call that have no answer yet.
    var awaited: Set<IPAddress> = []
    var threadCount = 0
  }

  private let state = Mutex(State())
  private let lookUp: LookUp
  /// The ends of a pipe that becomes readable when the last answer has come; -1 if there is none.
  private let reading: Int32
  private let writing: Int32

  /// Creates an empty list.
  init(_ lookUp: @escaping LookUp = HostNameBook.nameOfHost) {
    self.lookUp = lookUp
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe fills in two numbers.
    let result = unsafe pipe(&ends)
    if result == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    (reading, writing) = result == 0 ? (ends[0], ends[1]) : (-1, -1)
  }

  // Threads own the list, so none of them is left here.
  deinit { for end in [reading, writing] where end >= 0 { close(end) } }

  /// The name of an address; `nil` if it has none, or if it is not known yet.
  func name(of address: IPAddress) -> String? {
    state.withLock { $0.answers[address.unmapped] ?? nil }
  }

  /// Asks for names, each address once, and waits for the answers.
  ///
  /// - Parameters:
  ///   - addresses: The addresses. Those of all hosts have no name and are left out.
  ///   - time: The longest wait for all of them.
  /// - Returns: The number of addresses without an answer.
  func find(_ addresses: some Sequence<IPAddress>, within time: Duration = HostNameBook.patience) -> Int {
    let end = ContinuousClock.now + time
    let asked = Set(addresses.lazy.map(\.unmapped).filter { !$0.isUnspecified })
    let missingThreads = state.withLock { state in
      let new = asked.subtracting(state.wanted)
      state.wanted.formUnion(new)
      state.waiting += new
      state.awaited = asked.filter { state.answers[$0] == nil }
      return min(state.waiting.count, Self.threadLimit - state.threadCount)
    }
    for _ in 0..<max(0, missingThreads) where !startThread() { break }
    while true {
      let left = state.withLock { $0.awaited.count }
      let rest = ContinuousClock.now.duration(to: end)
      if left == 0 || rest <= .zero || reading < 0 { return left }
      var wait = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      // SAFETY: poll uses the one structure during the call. Rounded up, so that no waits of 0 ms follow the last one.
      _ = unsafe poll(&wait, 1, Int32(clamping: Int64(rest / .milliseconds(1)) + 1))
      var byte: UInt8 = 0
      // SAFETY: the read fills at most the one byte.
      while unsafe read(reading, &byte, 1) > 0 {}
    }
  }

  // MARK: Threads

  /// Asks about one address after the other.
  private func answerWaiting() {
    while true {
      let next = state.withLock { state -> IPAddress? in
        if let next = state.waiting.popLast() { return next }
        state.threadCount -= 1
        return nil
      }
      guard let next else { return }
      let name = lookUp(next)
      let isComplete = state.withLock { state in
        state.answers[next] = .some(name)
        return state.awaited.remove(next) != nil && state.awaited.isEmpty
      }
      if isComplete { wake() }
    }
  }

  private func wake() {
    var byte: UInt8 = 0
    // SAFETY: the write reads the one byte.
    _ = unsafe write(writing, &byte, 1)
  }

  /// Starts a thread; `false` if the system refuses one.
  private func startThread() -> Bool {
    state.withLock { $0.threadCount += 1 }
    var thread = pthread_t()
    // SAFETY: the thread releases the object; if no thread starts, it is released below.
    let book = unsafe Unmanaged.passRetained(self)
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      // SAFETY: the context is the object retained above, and this is its one release.
      unsafe Unmanaged<HostNameBook>.fromOpaque(context).takeRetainedValue().answerWaiting()
      return nil
    }
    // SAFETY: the entry function expects nothing but the retained object.
    guard unsafe pthread_create(&thread, nil, entry, book.toOpaque()) == 0 else {
      state.withLock { $0.threadCount -= 1 }
      // SAFETY: no thread runs that would release it.
      unsafe book.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// Asks the resolver. C: `getnameinfo`.
  static let nameOfHost: LookUp = { address in
    var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result: Int32
    if address.family == .inet {
      var end = sockaddr_in()
      end.sin_family = sa_family_t(AF_INET)
      end.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
      result = ask(&end, &name)
    } else {
      var end = sockaddr_in6()
      end.sin6_family = sa_family_t(AF_INET6)
      // SAFETY: both are sixteen bytes without padding.
      unsafe withUnsafeMutableBytes(of: &end.sin6_addr) { bytes in
        unsafe bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
        unsafe bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      result = ask(&end, &name)
    }
    guard result == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func ask<Address>(_ address: inout Address, _ name: inout [CChar]) -> Int32 {
    let (length, capacity) = (socklen_t(MemoryLayout<Address>.size), socklen_t(name.count))
    // SAFETY: the address has the stated length, and the name the stated capacity; nothing is kept.
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getnameinfo($0, length, &name, capacity, nil, 0, NI_NAMEREQD)
      }
    }
  }
}

extension Remarks {
  /// Adds that some addresses are shown without a name because the resolver did not answer.
  mutating func note(addressesWithoutAnswer count: Int, within time: Duration = HostNameBook.patience) {
    guard count > 0 else { return }
    let addresses = count.counted("address is shown as a number", "addresses are shown as numbers")
    add("\(addresses): the resolver did not answer within \(time.components.seconds) s")
  }
}
