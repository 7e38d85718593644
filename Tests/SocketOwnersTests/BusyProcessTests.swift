import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Synchronization
import Testing

/// Holders that open and close files during a search.
@Suite struct BusyProcessTests {
  /// The kernel counts descriptors that come and go below that of a socket. The search must not take them for the
  /// socket.
  @Test func socketAboveChangingDescriptorsIsFound() throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    try #require(socket >= 0)
    // Leaves room below for what comes and goes.
    let high = fcntl(socket, F_DUPFD_CLOEXEC, 200)
    close(socket)
    try #require(high >= 200)
    defer { close(high) }
    var status = stat()
    // SAFETY: the call fills the structure.
    try #require(unsafe fstat(high, &status) == 0)
    let inode = try #require(UInt32(exactly: status.st_ino))

    let churn = try Churn()
    defer { churn.end() }
    var missed = 0
    for _ in 0..<40 {
      var owners = try OwnerFinder()
      let report = try owners.find([WantedSocket(inode: inode)], .anew)
      if report.holders(of: inode).filter({ $0.pid == getpid() }).isEmpty { missed += 1 }
    }
    #expect(missed == 0, "of 40 searches")
  }

  /// Threads that open and close files.
  private final class Churn: Sendable {
    private let goesOn = Atomic(true)
    private let running = Atomic(0)

    init() throws {
      for _ in 0..<2 {
        running.add(1, ordering: .relaxed)
        var thread = pthread_t()
        // SAFETY: the reference is given back by the thread, which runs once.
        let context = unsafe Unmanaged.passRetained(self)
        // SAFETY: the thread takes the retained reference and nothing else.
        let error = unsafe pthread_create(
          &thread, nil,
          { context in
            guard let context = unsafe context else { return nil }
            // SAFETY: this is the reference that was retained for the thread.
            unsafe Unmanaged<Churn>.fromOpaque(context).takeRetainedValue().run()
            return nil
          }, context.toOpaque())
        try #require(error == 0)
        pthread_detach(thread)
      }
    }

    private func run() {
      while goesOn.load(ordering: .relaxed) {
        // SAFETY: open copies the path.
        let files = (0..<8).map { _ in unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
        for file in files where file >= 0 { close(file) }
      }
      running.subtract(1, ordering: .releasing)
    }

    func end() {
      goesOn.store(false, ordering: .relaxed)
      while running.load(ordering: .acquiring) > 0 { usleep(1000) }
    }
  }
}
