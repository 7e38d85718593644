import Dispatch
import FoundationEssentials
import Glibc
import SockDiag
import Testing

@testable import SockDiagCommand

/// Captures that are long, without an end, or in no hurry.
struct CaptureStreamTests {
  private static let header: [UInt8] = {
    var bytes: [UInt8] = []
    CaptureWriter(resolution: .nanoseconds).appendFileHeader(to: &bytes)
    return bytes
  }()

  /// A pipe both of whose ends are non-blocking.
  private static func makePipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the array has the two numbers that the call writes.
    let result = unsafe pipe(&ends)
    precondition(result == 0)
    for end in ends {
      precondition(fcntl(end, F_SETFL, O_NONBLOCK) == 0 && fcntl(end, F_SETFD, FD_CLOEXEC) == 0)
    }
    return (ends[0], ends[1])
  }

  @Test func fileAboveTheMaximumIsRefusedUnread() throws {
    let path = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max)).pcap"
    try Data(Self.header).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    // SAFETY: the call copies the path.
    let failure = unsafe truncate(path, 3 << 30)
    #expect(failure == 0)
    let result = try Tool.run(["decode", path])
    #expect(
      result.errors
        == "sockdiag: '\(path)': the capture is longer than the limit of 1073741824 bytes; shorten it, for example with: "
        + "editcap -F pcap -c 100000 IN OUT\n")
    #expect(result.status == Status.badData.rawValue)
  }

  @Test func fileOfTheMaximumSizeIsRead() throws {
    let path = Fixture.path("malformed/pcap-cut-in-packet.pcap")
    let size = try Fixture.read("malformed/pcap-cut-in-packet.pcap").count
    #expect(try CaptureFile(reading: path, maximumByteCount: size).bytes.count == size)
    #expect(throws: CommandFailure.self) { try CaptureFile(reading: path, maximumByteCount: size - 1) }
  }

  @Test func nonBlockingInputIsWaitedFor() throws {
    let pipe = Self.makePipe()
    defer { close(pipe.read) }
    let header = Self.header
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) {
      // SAFETY: write reads the bytes of the array, during the call.
      _ = unsafe header.withUnsafeBytes { unsafe write(pipe.write, $0.baseAddress, $0.count) }
      close(pipe.write)
    }
    #expect(try CaptureFile(pipe.read, "a pipe").bytes == header)
  }

  @Test func nonBlockingOutputIsWaitedFor() throws {
    let pipe = Self.makePipe()
    defer { close(pipe.read) }
    DispatchQueue.global().async {
      defer { close(pipe.write) }
      guard let recorder = try? SocketRecorder(descriptor: pipe.write, name: "on a pipe") else { return }
      // More than a pipe holds.
      for _ in 0..<20 { recorder.record([UInt8](repeating: 0, count: 30_000).span, .toUser) }
      _ = try? recorder.finish()
    }
    // Nothing is read until the pipe is full.
    usleep(100_000)
    let bytes = try CaptureFile(pipe.read, "a pipe").bytes
    #expect(bytes.count == Self.header.count + 20 * (32 + 30_000))
  }
}
