/// The contents of `/proc/PID/stat` (`do_task_stat`, fs/proc/array.c), as far as searches need them.
package struct ProcessStat: Hashable, Sendable {
  /// The name of the program or thread. It may contain any bytes, even parentheses, blanks and newlines.
  package var command: [UInt8]
  /// The state as a letter. `Z` is a process that has ended and whose parent has not collected its status.
  package var state: UInt8
  /// The parent; 0 if it is outside of this pid namespace.
  package var parent: Int32
  /// The controlling terminal as a device number; 0 for none.
  package var terminal: UInt32
  /// The kernel's flags of the thread (`PF_*`, include/linux/sched.h).
  package var flags: UInt32
  /// When the process started, in clock ticks (hundredths of a second) since boot.
  package var startTicks: UInt64

  /// Whether this is a thread of the kernel (`PF_KTHREAD`).
  package var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

  /// Reads the text; `nil` if the kernel does not write such text.
  ///
  /// The name ends at the last parenthesis, because only numbers follow it.
  package init?(_ text: Span<UInt8>) {
    var open = 0
    while open < text.count, text[open] != UInt8(ascii: "(") { open &+= 1 }
    var close = text.count &- 1
    while close > open, text[close] != UInt8(ascii: ")") { close &-= 1 }
    guard close > open else { return nil }
    command = []
    for index in open &+ 1..<close { command.append(text[index]) }

    var words: [Range<Int>] = []
    var rest = close &+ 1..<text.count
    // From the third column, the state, to the twenty-second, the start.
    while words.count < 20 {
      let word = TextLines.word(text, rest)
      guard !word.isEmpty else { return nil }
      words.append(word)
      rest = word.upperBound..<text.count
    }
    guard words[0].count == 1, let parent = DecimalText.value(text, words[1]).flatMap(Int32.init(exactly:)),
      let flags = DecimalText.value(text, words[6]), let start = Self.number(text, words[19])
    else { return nil }
    state = text[words[0].lowerBound]
    self.parent = parent
    terminal = DecimalText.value(text, words[4]) ?? 0
    self.flags = flags
    startTicks = start
  }

  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard 1...18 ~= range.count else { return nil }
    var value: UInt64 = 0
    for index in range {
      let digit = text[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return value
  }
}
