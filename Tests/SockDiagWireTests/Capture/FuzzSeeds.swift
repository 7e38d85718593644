import Foundation
import SockDiagWire
import Testing

/// Writes what the fuzzers begin with into the folder that `SOCKDIAG_FUZZ_SEEDS` names: captures and, one by one, the
/// datagrams in them, tables and filters. Seeds are made and not kept, for they follow from the fixtures.
@Suite struct FuzzSeeds {
  private static let folder = ProcessInfo.processInfo.environment["SOCKDIAG_FUZZ_SEEDS"]

  /// Long seeds make slow fuzzers; what a long capture has in it, the short ones have too.
  private static let longest = 4096

  @Test func thereIsASeedOfEachKind() throws {
    let malformed = MalformedCapture.all.map(\.bytes)
    let sound = MutationTests.samples.map(\.bytes)
    let captures = malformed + sound.filter { $0.count <= Self.longest }
    // A datagram of a dump may be long; its first sockets say it all.
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

  /// Tables of the running kernel, each behind the byte by which the fuzzer knows it.
  private static var tables: [[UInt8]] {
    ["tcp", "udp", "tcp6", "udp6"].enumerated().compactMap { index, name in
      guard let table = FileManager.default.contents(atPath: "/proc/net/" + name) else { return nil }
      return [UInt8(index) | 0x80] + table.prefix(longest)
    }
  }

  /// Texts that are filters and texts that are none, each behind the byte that says what the kernel refuses.
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
