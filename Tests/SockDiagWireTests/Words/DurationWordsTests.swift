import SockDiagWire
import Testing

@Suite struct DurationWordsTests {
  @Test(arguments: [
    (Duration.zero, "0 s"), (.milliseconds(1), "1 s"), (.milliseconds(59_001), "60 s"), (.seconds(119), "119 s"),
    (.seconds(120), "2 min"), (.seconds(121), "3 min"), (.milliseconds(3_540_001), "1 h"), (.seconds(3600), "1 h"),
    (.seconds(11_100), "3 h 5 min"), (.seconds(11_101), "3 h 6 min"), (.seconds(86_400), "1 d"),
    (.seconds(86_401), "1 d 1 h"), (.seconds(187_200), "2 d 4 h"), (.seconds(-5), "0 s"),
  ])
  func remainingTimeIsRoundedUp(_ time: Duration, _ words: String) { #expect(time.words == words) }

  @Test(arguments: [
    (Duration.milliseconds(999), "0 s"), (.seconds(119), "119 s"), (.seconds(179), "2 min"), (.seconds(3599), "59 min"),
    (.seconds(11_159), "3 h 5 min"), (.seconds(86_399), "23 h 59 min"), (.seconds(190_799), "2 d 4 h"),
    (.seconds(-5), "0 s"),
  ])
  func ageIsRoundedDown(_ time: Duration, _ words: String) { #expect(time.ageWords == words) }

  @Test func longestTimeDoesNotOverflow() {
    let longest = Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999)
    #expect(longest.words.hasSuffix(" h") && longest.ageWords.hasSuffix(" h"))
  }
}
