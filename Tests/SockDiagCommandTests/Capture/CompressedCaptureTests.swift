import FoundationEssentials
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Captures that gzip compressed, and what is left of damaged ones.
@Suite(.enabled(if: LabNamespace.hasProgram("gzip"), "needs gzip")) struct CompressedCaptureTests {
  private static let capture = Fixture.path("captures/linux-6.18/crowd.pcap")

  /// Runs a script with the command as `$SD`, the capture as `$PCAP`, in a folder of its own.
  private func run(_ script: String) throws -> Tool.Result {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try Tool.shell("SD=$0 PCAP='\(Self.capture)'; export COLUMNS=1000; cd '\(folder)' || exit 99\n\(script)")
  }

  private static let plain: Result<Tool.Result, any Error> = Result { try Tool.run(["decode", capture]) }

  @Test(arguments: [
    "gzip -c $PCAP >x; $SD decode x", "gzip -1c $PCAP | $SD decode -",
    "gzip -c $PCAP | (sleep 0.1; cat) | $SD decode -",
    "gzip -c $PCAP >x; (head -c 1 x; sleep 0.2; tail -c +2 x) | $SD decode -",
  ])
  func compressedCaptureIsReadLikeAPlainOne(script: String) throws {
    let result = try run(script)
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.text == (try Self.plain.get()).text)
  }

  /// More than the buffers on the way hold.
  @Test func longCaptureIsUnpackedWhole() throws {
    let long = "cat $PCAP; for i in $(seq 30); do tail -c +25 $PCAP; done"
    let result = try run("(\(long)) >x; $SD decode x >1; gzip -c x | $SD decode - >2; wc -c <x; cmp 1 2 && wc -l <2")
    #expect(result.status == 0 && result.errors.isEmpty)
    let numbers = result.text.split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }
    #expect(numbers.count == 2 && numbers.allSatisfy { $0 > 10_000 }, "\(result.text)")
  }

  @Test func partsAfterEachOtherAreOneFile() throws {
    let result = try run("head -c 1000 $PCAP | gzip >x; tail -c +1001 $PCAP | gzip >>x; $SD decode x")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.text == (try Self.plain.get()).text)
  }

  @Test func streamOfMessagesMayBeCompressed() throws {
    let stream = Fixture.path("captures/linux-6.18/crowd.ss-D")
    let result = try run("gzip -c '\(stream)' | $SD decode -")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.text == (try Tool.run(["decode", stream])).text)
  }

  @Test func zerosAfterTheDataAreIgnored() throws {
    let result = try run("gzip -c $PCAP >x; head -c 5000 /dev/zero >>x; $SD decode x")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.text == (try Self.plain.get()).text)
  }

  @Test func socketsBeforeACutAreShown() throws {
    let result = try run("gzip -c $PCAP >x; truncate -s $(($(stat -c %s x) / 2)) x; $SD decode x")
    #expect(result.status == Status.badData.rawValue)
    #expect(
      result.errors == "sockdiag: 'x': the compressed file ends before its data does; copy or record it again\n")
    let lines = result.text.split(separator: "\n").count
    let all = try Self.plain.get().text.split(separator: "\n").count
    #expect(lines > 10 && lines < all)
  }

  @Test func cutHeaderIsReported() throws {
    let result = try run("gzip -c $PCAP | head -c 12 | $SD decode -")
    #expect(result.status == Status.badData.rawValue)
    #expect(
      result.errors
        == "sockdiag: standard input: the compressed file ends before its data does; copy or record it again\n")
  }

  /// The checksum is in the last eight bytes, so all sockets are there.
  @Test func wrongChecksumIsReportedAfterTheSockets() throws {
    let result = try run("gzip -c $PCAP | head -c -8 >x; printf '12345678' >>x; $SD decode x")
    #expect(result.status == Status.badData.rawValue)
    #expect(
      result.errors
        == "sockdiag: 'x': the compressed file is damaged (incorrect data check); copy or record it again\n")
    #expect(result.text == (try Self.plain.get()).text)
  }

  @Test func bytesAfterTheDataAreReported() throws {
    let result = try run("gzip -c $PCAP >x; echo more >>x; $SD decode x")
    #expect(result.status == Status.badData.rawValue)
    #expect(
      result.errors
        == "sockdiag: 'x': something that is not gzip follows the compressed data; it was ignored\n")
    #expect(result.text == (try Self.plain.get()).text)
  }

  @Test func compressedTextIsNamed() throws {
    let result = try run("echo hello | gzip | $SD decode -")
    #expect(result.status == Status.badData.rawValue)
    #expect(result.errors.contains("the file is text, not a capture"))
  }

  /// A short file may unpack to any length.
  @Test func unpackedLengthIsLimited() throws {
    let path = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max)).gz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try Tool.shell("(cat '\(Self.capture)'; head -c 40000000 /dev/zero) | gzip >'\(path)'").status == 0)
    #expect(throws: CommandFailure.self) { try CaptureFile(reading: path, maximumByteCount: 10_000_000) }
  }
}
