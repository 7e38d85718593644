internal import CTerminal
internal import Glibc

/// The terminal of this process, as a screen to draw on. It is given back when this value ends, and whatever else ends the
/// process, except SIGKILL.
struct Screen: ~Copyable {
  /// Where keys come from.
  let input: Int32
  private let output: Int32
  private var shown: ScreenFrame?
  private var bytes: [UInt8] = []

  /// Takes over the terminal.
  ///
  /// - Throws: ``CommandFailure`` if one of the descriptors is no terminal.
  init(input: Int32, output: Int32) throws(CommandFailure) {
    self.input = input
    self.output = output
    try take()
  }

  deinit { cterminal_leave() }

  /// The descriptor that is readable when a signal has arrived.
  var signals: Int32 { cterminal_signals() }

  /// The next signal that has arrived.
  func nextSignal() -> Int32? {
    let number = cterminal_next_signal()
    return number == 0 ? nil : number
  }

  /// Columns and rows; 80 and 24 if the terminal does not know.
  var size: (columns: Int, rows: Int) {
    var (columns, rows) = (Int32(0), Int32(0))
    // SAFETY: the call fills both numbers.
    let result = unsafe cterminal_size(output, &columns, &rows)
    guard result == 0, columns > 0, rows > 0 else { return (80, 24) }
    return (Int(columns), Int(rows))
  }

  /// Shows a frame: writes what differs from the last one.
  ///
  /// - Returns: Whether the terminal still accepts output.
  mutating func show(_ frame: ScreenFrame) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    ScreenUpdate.append(frame, over: shown, to: &bytes)
    shown = frame
    return write()
  }

  /// Forgets what is shown, so that the next frame is written whole.
  mutating func invalidate() { shown = nil }

  /// Takes the terminal, also again after something else may have changed it.
  mutating func take() throws(CommandFailure) {
    shown = nil
    let error = cterminal_enter(input, output)
    guard error == 0 else {
      throw CommandFailure(.system, "cannot use the terminal: \(SystemMessage.text(-error))")
    }
  }

  /// Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again when it is continued.
  mutating func stop() throws(CommandFailure) {
    cterminal_leave()
    cterminal_stop()
    try take()
  }

  /// Writes all bytes. After a signal the rest is left out, and the next frame is written whole: the signal may be a
  /// request to end, and the terminal may accept nothing.
  private mutating func write() -> Bool {
    var start = 0
    while start < bytes.count {
      // SAFETY: write reads at most the bytes of the slice, during the call.
      let written = unsafe bytes[start...].withUnsafeBytes { unsafe Glibc.write(output, $0.baseAddress, $0.count) }
      if written > 0 {
        start += written
      } else if written < 0, errno == EINTR {
        shown = nil
        return true
      } else if written < 0, errno == EAGAIN {
        Descriptors.wait(output, for: POLLOUT)
      } else {
        return false
      }
    }
    return true
  }
}
