internal import CSocketLaboratory

/// Coordinates the start of child processes with the closing of sockets.
///
/// From fork to exec, a child has copies of all descriptors. A socket that is closed meanwhile lives on: it keeps its
/// port, its peer does not see the end, and the child is its holder. So a program with a laboratory announces each
/// start of a process here, and closing waits for announced starts.
public final class ProcessStarts {
  private var isTaken: Bool?

  /// Announces a start. The same thread must end it. Several threads may start processes at once.
  public init() { isTaken = socklab_start_begin() }

  deinit { end() }

  /// Ends the announcement: the child has closed its copies.
  public func end() {
    if let isTaken { socklab_starts_go_on(isTaken) }
    isTaken = nil
  }

  /// Runs `body`, which starts a process and returns after the process has closed its copies.
  public static func announced<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ProcessStarts()
    defer { start.end() }
    return try body()
  }

  /// Runs `body` while no other thread starts a process. So no child has a copy of a descriptor that it opens or
  /// closes.
  public static func heldOff<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let isTaken = socklab_starts_hold_off()
    defer { socklab_starts_go_on(isTaken) }
    return try body()
  }

  /// Makes posix_spawn(3) close every descriptor from a number on.
  ///
  /// Otherwise it may return before exec has closed the descriptors.
  ///
  /// - Parameter actions: An initialized `posix_spawn_file_actions_t`, which no other thread uses.
  @unsafe public static func close(from first: Int32, beforeExecBy actions: UnsafeMutableRawPointer) {
    // SAFETY: the caller promises that the pointer leads to initialized actions.
    unsafe socklab_close_before_exec(actions, first)
  }
}
