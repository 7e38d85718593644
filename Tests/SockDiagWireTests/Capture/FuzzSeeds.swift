import Foundation
import SockDiagWire
import Testing

/// Writes the seeds of the fuzzers to the folder in `SOCKDIAG_FUZZ_SEEDS`: captures, the single datagrams in them,
/// tables and filters. Seeds are generated from the fixtures, not stored.
@Suite struct FuzzSeeds {
  private static let folder = ProcessInfo.processInfo.environment["SOCKDIAG_FUZZ_SEEDS"]

  /// Long seeds make fuzzers slow, and short captures contain everything that long ones do.
  private static let longest = 4096

  @Test func everyKindHasASeed() throws {
    let malformed = MalformedCapture.all.map(\.bytes)
    let sound = (MutationTests.samples + MutationTests.pcapngSamples).map(\.bytes)
    let captures = malformed + sound.filter { $0.count <= Self.longest }
    // A datagram of a dump may be long; its first sockets are enough.
    let datagrams = (malformed + sound).flatMap { capture in
      ((try? readCapture(capture).packets) ?? []).map { Array(capture[$0.range].prefix(Self.longest)) }
    }
    #expect(captures.count > 40 && datagrams.count > 80 && Self.filters.count > 300)

    guard let folder = Self.folder else { return }
    let root = URL(filePath: folder, directoryHint: .isDirectory)
    try write(captures, to: root.appending(path: "capture"))
    try write(Self.tables, to: root.appending(path: "procnet"))
    try write(Self.filters, to: root.appending(path: "filter"))
    try Data(FilterWords.dictionary.utf8).write(to: root.appending(path: "filter.dictionary"))
    try write(datagrams + JSONTests.messages.map(\.padded), to: root.appending(path: "decoder"))
  }

  /// Tables of the running kernel, each after the byte that selects its parser in the fuzzer.
  private static var tables: [[UInt8]] {
    ["tcp", "udp", "tcp6", "udp6"].enumerated().compactMap { index, name in
      guard let table = FileManager.default.contents(atPath: "/proc/net/" + name) else { return nil }
      return [UInt8(index) | 0x80] + table.prefix(longest)
    }
  }

  /// Valid and invalid filter texts, each after the byte that chooses what the kernel refuses.
  private static var filters: [[UInt8]] {
    FilterWords.texts.enumerated().map { [UInt8($0 & 0xf)] + Array($1.utf8) }
  }

  private func write(_ seeds: [[UInt8]], to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (index, seed) in Set(seeds).enumerated() {
      try Data(seed).write(to: folder.appending(path: "\(index)"))
    }
  }
}
