import SockDiag
import Testing

@testable import SockDiagCommand

/// Figures in a few columns.
struct WatchFigureTests {
  @Test(
    arguments: [
      (nil, "-"), (0, "0"), (-1, "0"), (0.2, "<1"), (1, "1"), (999.4, "999"), (999.6, "1.00k"), (1234, "1.23k"),
      (9_994, "9.99k"), (9_996, "10.0k"), (45_600, "45.6k"), (999_600, "1.00M"), (1.5e9, "1.50G"), (2e18, "2.00E"),
      (1e21, "1000E"), (Double.infinity, "-"), (.nan, "-"),
    ] as [(Double?, String)])
  func numberHasThreeDigits(value: Double?, text: String) {
    #expect(WatchFigureText.scaled(value) == text)
  }

  @Test(
    arguments: [
      (nil, "-"), (0, "0"), (0.01, "<0.1"), (0.5, "0.5"), (9.9, "9.9"), (12.3, "12"), (4321, "4.32k"),
    ] as [(Double?, String)])
  func rareThingsHaveADecimal(value: Double?, text: String) { #expect(WatchFigureText.rare(value) == text) }

  @Test(arguments: [
    (0, "0s"), (59, "59s"), (60, "1m00s"), (252, "4m12s"), (3600, "1h00m"), (11_100, "3h05m"), (86_400, "1d00h"),
    (187_200, "2d04h"), (-5, "0s"),
  ])
  func ageHasTwoUnits(seconds: Int, text: String) { #expect(WatchFigureText.age(.seconds(seconds)) == text) }

  @Test(arguments: [
    (35, "35us"), (999, "999us"), (1000, "1.00ms"), (1254, "1.25ms"), (40_130, "40.1ms"), (420_000, "420ms"),
    (1_500_000, "1.50s"),
  ])
  func timeHasThreeDigits(microseconds: Int, text: String) {
    #expect(WatchFigureText.time(.microseconds(microseconds)) == text)
  }

  @Test func historyIsDrawnFromTheHighestValue() {
    var history = RateHistory()
    #expect(history.blocks(4) == "    ")
    for value in [0.0, 1, 4, 8] { history.append(value) }
    #expect(history.blocks(6) == "   ▂▅█")
    #expect(history.blocks(2) == "▅█")
  }

  @Test func historyForgetsTheOldest() {
    var history = RateHistory()
    for value in 0..<1000 { history.append(Double(value)) }
    #expect(history.values.count == RateHistory.capacity && history.values.last == 999)
  }

  @Test func everyStateFitsItsColumn() {
    for number in UInt8(1)...13 {
      for isConnectionOriented in [true, false] {
        let name = SocketState(rawValue: number).brief(isConnectionOriented: isConnectionOriented)
        #expect((1...7).contains(name.utf8.count), "\(name)")
      }
    }
  }
}
