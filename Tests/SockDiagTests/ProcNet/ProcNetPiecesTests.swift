import SockDiag
import SockDiagTestKit
import SockDiagWire
import Testing

/// A table may come in any pieces, and may end anywhere.
@Suite struct ProcNetPiecesTests {
  @Test(arguments: ProcNetSample.recorded)
  func recordedTableHasOnlyRows(_ sample: ProcNetSample) {
    let outcome = ProcNetOutcome(sample)
    #expect(outcome.faults.isEmpty)
    #expect(outcome.rows.count == sample.rowCount)
    #expect(!outcome.rows.isEmpty)
  }

  @Test(arguments: ProcNetSample.recorded)
  func rowsAreTheSameWhereverTheTextIsSplit(_ sample: ProcNetSample) {
    // A few rows contain every place that can go wrong; all places of a long table would take minutes.
    var sample = sample
    sample.bytes.removeLast(max(sample.bytes.count - 800, 0))
    let whole = ProcNetOutcome(sample)
    for cut in 0...sample.bytes.count {
      #expect(ProcNetOutcome(sample, cutAt: [cut]) == whole, "cut at byte \(cut)")
    }
  }

  @Test(arguments: ProcNetSample.recorded, [1, 2, 7, 64, 149, 150, 151, 4096])
  func piecesOfAnySizeGiveTheSameRows(_ sample: ProcNetSample, _ size: Int) {
    let cuts = Array(stride(from: size, to: sample.bytes.count, by: size))
    #expect(ProcNetOutcome(sample, cutAt: cuts) == ProcNetOutcome(sample))
  }

  @Test(arguments: ProcNetSample.recorded)
  func fileThatEndsEarlyLosesOnlyItsLastRow(_ sample: ProcNetSample) {
    let rows = ProcNetOutcome(sample).rows
    var cut = sample
    for length in stride(from: sample.bytes.count, through: max(sample.bytes.count - 700, 0), by: -1) {
      cut.bytes.removeLast(cut.bytes.count - length)
      let outcome = ProcNetOutcome(cut)
      let whole = max(cut.rowCount, 0)
      #expect(outcome.rows.prefix(whole).elementsEqual(rows.prefix(whole)), "\(length) bytes")
      #expect(outcome.rows.count <= whole + 1, "\(length) bytes")
      #expect(outcome.faults.count <= 1, "\(length) bytes")
      // The row that was cut is either missing or entirely correct.
      if outcome.rows.count > whole, whole < rows.count {
        #expect(Self.agrees(outcome.rows[whole], with: rows[whole]), "\(length) bytes")
      }
    }
  }

  private static func agrees(_ cut: InetSocket, with whole: InetSocket) -> Bool {
    cut == whole
      || (cut.drops == nil && cut.description == whole.description && cut.inode == whole.inode && cut.uid == whole.uid)
  }

  @Test func rowWithoutItsNewlineIsARow() {
    let text = "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 00ab"
    #expect(ProcNetOutcome(ProcNetSample(.tcp, .inet, text)).rows.count == 1)
    // The last number may be the beginning of a longer one.
    #expect(ProcNetOutcome(ProcNetSample(.udp, .inet, text + " 12")).rows.map(\.drops) == [nil])
    #expect(ProcNetOutcome(ProcNetSample(.udp, .inet, text + " 12 ")).rows.map(\.drops) == [12])
    #expect(ProcNetOutcome(ProcNetSample(.udp, .inet, text + " 12\n")).rows.map(\.drops) == [12])
  }

  @Test func numberAtTheEndOfAFileIsNotTrusted() {
    let text = "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711"
    let outcome = ProcNetOutcome(ProcNetSample(.tcp, .inet, text))
    #expect(outcome.rows.isEmpty)
    #expect(outcome.faults.count == 1)
  }

  @Test(arguments: ["", "  sl  local_address rem_address   st\n", "  sl  local_address rem_address   st", "sl\n"])
  func tableWithoutRowsIsEmpty(_ text: String) {
    #expect(ProcNetOutcome(ProcNetSample(.tcp, .inet, text)).rows.isEmpty)
    #expect(ProcNetOutcome(ProcNetSample(.tcp, .inet, text)).faults.isEmpty)
  }

  @Test func parserServesOneFileAfterAnother() {
    let sample = ProcNetSample.recorded[0]
    var parser = ProcNetParser(.tcp, family: .inet)
    var count = 0
    for _ in 0..<3 {
      _ = parser.parse(sample.bytes.span) { _ in
        count += 1
        return .continue
      }
      _ = parser.finish { _ in .continue }
    }
    #expect(count == 3 * sample.rowCount)
    #expect(parser.faultCount == 0)
  }

  @Test func noRowsFollowAStop() {
    let sample = ProcNetSample.recorded[0]
    var parser = ProcNetParser(.tcp, family: .inet)
    var count = 0
    for _ in 0..<3 {
      let flow = parser.parse(sample.bytes.span) { _ in
        count += 1
        return .stop
      }
      #expect(flow == .stop)
    }
    #expect(parser.finish { _ in .continue } == .stop)
    #expect(count == 1)
  }

  @Test func noiseDoesNotTrap() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    // The characters of tables, so that noise gets past the first columns.
    let alphabet = [UInt8]("0123456789ABCDEFabcdef:: \n\r\t-sl\u{0}\u{7f}é".utf8)
    for sample in ProcNetSample.recorded {
      for _ in 0..<200 {
        var noisy = sample
        noisy.bytes.removeLast(max(noisy.bytes.count - 1000, 0))
        for _ in 0..<Int.random(in: 1...20, using: &random) {
          let place = Int.random(in: 0..<noisy.bytes.count, using: &random)
          noisy.bytes[place] = alphabet.randomElement(using: &random) ?? 0
        }
        let cut = Int.random(in: 0...noisy.bytes.count, using: &random)
        #expect(ProcNetOutcome(noisy, cutAt: [cut]) == ProcNetOutcome(noisy), "seed \(seed)")
      }
    }
  }
}
