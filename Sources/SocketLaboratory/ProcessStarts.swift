internal import CSocketLaboratory

/// When this process starts others.
///
/// A child has copies of all descriptors from fork to exec, or until it closes them, so that a socket closed meanwhile
/// lives on: it keeps its port, its peer hears of no end, and a stranger holds it. Whoever starts a process from the
/// program that the laboratory is in announces it here, and closing waits for those who did.
public final class ProcessStarts {
  private var isTaken: Bool?

  /// Announces a start, to be ended on the same thread. A process that is being started elsewhere does not hinder it.
  public init() { isTaken = socklab_start_begin() }

  deinit { end() }

  /// Says that the process has let go of its copies.
  public func end() {
    if let isTaken { socklab_starts_go_on(isTaken) }
    isTaken = nil
  }

  /// Runs what starts a process and returns when that has let go of its copies.
  public static func announced<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ProcessStarts()
    defer { start.end() }
    return try body()
  }

  /// Runs `body` while no other thread is starting a process: nobody has a copy of a descriptor that it opens or closes.
  public static func heldOff<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let isTaken = socklab_starts_hold_off()
    defer { socklab_starts_go_on(isTaken) }
    return try body()
  }

  /// Lets posix_spawn(3) close every descriptor from a number on.
  ///
  /// It returns when the program is there, which is before exec has closed what it is to close.
  ///
  /// - Parameter actions: An initialized `posix_spawn_file_actions_t`, used for nothing else meanwhile.
  @unsafe public static func close(from first: Int32, beforeExecBy actions: UnsafeMutableRawPointer) {
    // SAFETY: the caller's promise.
    unsafe socklab_close_before_exec(actions, first)
  }
}
