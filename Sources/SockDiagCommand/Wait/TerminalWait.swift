internal import PortControl

/// A wait of the command: a line shows how it goes, a signal ends it, and one remark is made.
struct TerminalWait: WaitHost {
  private let interruption: Interruption
  private var progress: ProgressLine
  /// Makes the remark; `nil` once it was made, or with --quiet.
  private var remark: ((WaitStatus) -> String?)?
  private let report: (String) -> Void
  private var last: (status: WaitStatus, look: ContinuousClock.Instant, deadline: ContinuousClock.Instant)?

  /// - Parameters:
  ///   - remark: Makes a sentence from a status that the user should know; it is reported once.
  ///   - report: Shows the sentence.
  init(
    progress: ProgressLine, interruption: Interruption, remark: ((WaitStatus) -> String?)? = nil,
    report: @escaping (String) -> Void = { Diagnostics.report($0) }
  ) {
    self.progress = progress
    self.interruption = interruption
    self.remark = remark
    self.report = report
  }

  var isCancelled: Bool { interruption.isRequested }

  mutating func take(_ status: WaitStatus, at look: ContinuousClock.Instant, until deadline: ContinuousClock.Instant) {
    last = (status, look, deadline)
    guard let sentence = remark?(status) else { return }
    progress.clear()
    report(sentence)
    remark = nil
  }

  /// The line counts the seconds.
  mutating func willSleep() -> Duration? {
    guard let last else { return nil }
    progress.show(last.status, since: last.look, until: last.deadline)
    return progress.isShown ? .seconds(1) : nil
  }

  func sleep(onAnyOf descriptors: [Int32], milliseconds: Int32) -> WaitSleep {
    switch interruption.wait(forAnyOf: descriptors, milliseconds: milliseconds) {
    case .interrupted, .abandoned: .cancelled
    case .timeUp: .timeUp
    case .ready: .ready
    }
  }

  /// Removes the line.
  mutating func clear() { progress.clear() }
}
