import SockDiag
import Testing

/// Found by fuzzing: rows are read into one value, and nothing of the previous row may remain.
@Suite struct ProcNetReuseTests {
  @Test func rowWithoutDropsDoesNotInheritThem() {
    let with = " 0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 5 2 00ab 14\n"
    let without = " 1: 00000000:0036 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 6 2 00ab\n"
    #expect(rows(with + without).last == rows(without).last)
    #expect(rows(without).last?.drops == nil)
  }

  private func rows(_ text: String) -> [InetSocket] {
    let bytes = Array(text.utf8)
    var parser = ProcNetParser(.udp, family: .inet)
    var rows: [InetSocket] = []
    _ = parser.parse(bytes.span) { socket in
      rows.append(socket)
      return .continue
    }
    return rows
  }
}
