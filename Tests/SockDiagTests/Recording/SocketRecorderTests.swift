import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import Testing

/// Writing captures: their bytes, and all errors of files.
@Suite struct SocketRecorderTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "sockdiag-\(UUID().uuidString)")
  private var path: String { folder.appending(path: "capture.pcap").path }
  private let datagram: [UInt8] = [20, 0, 0, 0, 3, 0, 2, 0, 7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]

  private func withFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  private func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

  private func isSystemError(_ error: any Error, _ errno: Int32, naming name: String) -> Bool {
    guard let error = error as? SockDiagError else { return false }
    return error.code == .system && error.errno == errno && error.operation.contains(name)
  }

  @Test func datagramsAreWrittenAtOnce() throws {
    try withFolder {
      let before = Date().timeIntervalSince1970
      let recorder = try SocketRecorder(creating: path)
      recorder.record(datagram.span, .toKernel)
      recorder.record(datagram.span, .toUser)
      // Before the end of the recording, because a program may die.
      let bytes = try bytes()
      var reader = try CaptureReader(bytes.span)
      for direction in [CaptureDirection.toKernel, .toUser] {
        let packet = try #require(try reader.next(in: bytes.span))
        #expect(packet.direction == direction)
        #expect(Array(bytes[packet.range]) == datagram)
        let time = try #require(packet.timestamp).components
        #expect(abs(Double(time.seconds) - before) < 60)
      }
      #expect(try reader.next(in: bytes.span) == nil)
      let recording = try recorder.finish()
      #expect(recording.packets == 2)
      #expect(recording.byteCount == 40)
    }
  }

  @Test func nothingIsWrittenAfterTheEnd() throws {
    try withFolder {
      let recorder = try SocketRecorder(creating: path)
      try recorder.finish()
      recorder.record(datagram.span, .toUser)
      #expect(try bytes().count == 24)
      #expect(recorder.failure == nil)
      #expect(try recorder.finish().packets == 0)
    }
  }

  @Test func onlyTheOwnerMayReadACapture() throws {
    try withFolder {
      try SocketRecorder(creating: path).finish()
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func existingFileIsNotOverwritten() throws {
    try withFolder {
      try Data("precious".utf8).write(to: URL(filePath: path))
      #expect { try SocketRecorder(creating: path) } throws: { isSystemError($0, EEXIST, naming: path) }
      #expect(try bytes() == Array("precious".utf8))
      try SocketRecorder(creating: path, overwriting: true).finish()
      #expect(try bytes().count == 24)
    }
  }

  @Test func fileThatCannotBeCreatedIsNamed() throws {
    #expect { try SocketRecorder(creating: "/nowhere/capture.pcap") } throws: {
      isSystemError($0, ENOENT, naming: "/nowhere/capture.pcap")
    }
    #expect { try SocketRecorder(creating: "/", overwriting: true) } throws: { isSystemError($0, EISDIR, naming: "/") }
    #expect { try SocketRecorder(descriptor: -1, name: "a pipe") } throws: {
      isSystemError($0, EBADF, naming: "a pipe")
    }
  }

  @Test func fullDiskIsReported() {
    #expect { try SocketRecorder(creating: "/dev/full", overwriting: true) } throws: {
      isSystemError($0, ENOSPC, naming: "/dev/full")
    }
  }

  /// A file that must not grow acts as a disk that is full in the middle of a packet.
  @Test func fullDiskLeavesWholePackets() throws {
    let descriptor = try sealableFile()
    defer { close(descriptor) }
    try #require(ftruncate(descriptor, 8192) == 0)
    // F_ADD_SEALS, F_SEAL_GROW.
    try #require(fcntl(descriptor, 1033, 4) == 0)
    let datagram = datagram + [UInt8](repeating: 0, count: 1500)

    let recorder = try SocketRecorder(descriptor: descriptor, name: "a small disk")
    for _ in 0..<10 { recorder.record(datagram.span, .toUser) }
    #expect(recorder.failure?.errno == EPERM)
    #expect { try recorder.finish() } throws: { isSystemError($0, EPERM, naming: "a small disk") }
    #expect(lseek(descriptor, 0, SEEK_END) == 24 + 5 * 1552)
  }

  @Test func fullDiskKeepsTheContentOfAnAppendedFile() throws {
    let descriptor = try sealableFile()
    defer { close(descriptor) }
    try #require(ftruncate(descriptor, 3000) == 0)
    try #require(fcntl(descriptor, F_SETFL, O_APPEND) == 0)
    // F_ADD_SEALS, F_SEAL_GROW.
    try #require(fcntl(descriptor, 1033, 4) == 0)
    _ = try? SocketRecorder(descriptor: descriptor, name: "a small disk")
    #expect(lseek(descriptor, 0, SEEK_END) == 3000)
  }

  @Test func replacedFileIsReadableOnlyByItsOwner() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "recording-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "old.pcap").path
    try Data("old".utf8).write(to: URL(filePath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    try SocketRecorder(creating: file, overwriting: true).finish()
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.size] as? Int == 24)

    let link = folder.appending(path: "link.pcap").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    #expect { try SocketRecorder(creating: link, overwriting: true) } throws: {
      isSystemError($0, ELOOP, naming: "link.pcap")
    }
  }

  /// A file in memory. Swift's Glibc module does not show `memfd_create`.
  private func sealableFile() throws -> Int32 {
    typealias Function = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
    let symbol = try unsafe #require(unsafe dlsym(nil, "memfd_create"))
    // SAFETY: that is the function's type, and the name is copied. 3 is MFD_CLOEXEC | MFD_ALLOW_SEALING.
    return unsafe unsafeBitCast(symbol, to: Function.self)("capture", 3)
  }

  @Test func descriptorStaysOpenForItsOwner() throws {
    var ends: [Int32] = [0, 0]
    // A pair, for Swift's Glibc module does not show `pipe2`, and a program that has a copy would keep the end away.
    // SAFETY: socketpair fills two numbers.
    unsafe #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
    let recorder = try SocketRecorder(descriptor: ends[1], name: "a stream", resolution: .microseconds)
    recorder.record(datagram.span, .toUser)
    try recorder.finish()
    #expect(fcntl(ends[1], F_GETFD) >= 0)
    close(ends[1])
    let bytes = [UInt8](FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile())
    #expect(bytes.count == 24 + 32 + datagram.count)
    #expect(try CaptureReader(bytes.span).format == .pcap)
  }

  @Test func severalThreadsWriteWholePackets() async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let recorder = try SocketRecorder(creating: path)
    let datagram = datagram
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<200 { recorder.record(datagram.span, .toUser) } }
      }
    }
    #expect(try recorder.finish().packets == 1600)
    let bytes = try bytes()
    let summary = try CaptureDecoder.sockets(in: bytes.span).summary
    #expect(summary.dumpsCompleted == 1600)
    #expect(summary.isComplete)
  }
}
