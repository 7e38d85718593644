/// The two operations that send a signal. A test can end a process between them.
package protocol ProcessSignals: Sendable {
  /// Opens a process, or returns a negative errno.
  func open(_ pid: Int32) -> Int32
  /// Sends a signal to an open process, or returns a negative errno.
  func send(_ signal: Int32, to process: Int32) -> Int32
}
