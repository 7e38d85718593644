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
    try write(Self.records, to: root.appending(path: "families"))
    try write(captures, to: root.appending(path: "capture"))
    try write(Self.tables, to: root.appending(path: "procnet"))
    try write(Self.filters, to: root.appending(path: "filter"))
    try Data(FilterWords.dictionary.utf8).write(to: root.appending(path: "filter.dictionary"))
    try write(datagrams + JSONTests.messages.map(\.padded), to: root.appending(path: "decoder"))
  }

  /// Records of the fixtures, each after the byte that chooses its family in the fuzzer, and hand-made ones of families that
  /// few kernels have.
  private static var records: [[UInt8]] {
    let made: [(UInt8, [UInt8])] = [
      (2, PacketSocketTests.sample), (3, VSockSocketTests.sample), (4, XDPSocketTests.sample),
      (5, TIPCSocketTests.sample), (6, SMCSocketTests.sample),
    ]
    let captured = MutationTests.samples.map(\.bytes).flatMap { capture in
      ((try? readCapture(capture).packets) ?? []).prefix(20).flatMap { packet in
        records(in: Array(capture[packet.range].prefix(longest)))
      }
    }
    return made.map { [$0] + $1 } + captured
  }

  /// The records in a datagram. Inet records are tried with each protocol.
  private static func records(in datagram: [UInt8]) -> [[UInt8]] {
    let families: [UInt8: [UInt8]] = [
      16: [0], 1: [1], 17: [2], 40: [3], 44: [4], 43: [6], 2: (0..<8).map { $0 << 3 | 7 },
      10: (0..<8).map { $0 << 3 | 7 },
    ]
    var records: [[UInt8]] = []
    var cursor = NetlinkCursor(0..<datagram.count)
    while let message = try? cursor.next(in: datagram.span), records.count < 100 {
      guard message.header.type.isSockDiag, !message.header.flags.contains(.request), !message.payload.isEmpty else {
        continue
      }
      let payload = datagram[message.payload]
      records += (families[payload.first ?? 0] ?? []).map { [$0] + payload }
    }
    return records
  }

  /// Tables of the running kernel, each after the byte that selects its parser in the fuzzer.
  private static var tables: [[UInt8]] {
    // The byte selects one of the first four parsers. The fuzzer gives every input to the parsers behind them as well.
    ["tcp", "udp", "tcp6", "udp6", "unix", "netlink", "packet"].enumerated().compactMap { index, name in
      guard let table = FileManager.default.contents(atPath: "/proc/net/" + name) else { return nil }
      return [UInt8(index & 3) | 0x80] + table.prefix(longest)
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
