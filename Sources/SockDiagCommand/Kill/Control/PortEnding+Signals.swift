internal import Glibc
internal import SockDiag
internal import SocketOwners

extension PortEnding {
  /// Signals the processes one after the other, waits for all of them together, and kills those that are left.
  ///
  /// A process is signalled only if it still holds one of its sockets, by a pidfd that was opened before that was checked.
  ///
  /// - Parameter kernel: Takes the signals.
  /// - Returns: The outcome of each target of the plan, in its order.
  func endAll(_ options: EndingOptions, by kernel: any ProcessSignals = KernelSignals()) -> [EndingOutcome] {
    let targets = plan.targets
    var outcomes = targets.map { _ in EndingOutcome.spared }
    // Each target takes a descriptor, and a shell allows 1024.
    if targets.count > 500 { Descriptors.raiseLimit() }
    // Opened before the first signal: the processes that it ends may be gone at once.
    var watches = targets.map { $0.standing.isEndable ? owners.watch($0.process) : nil }
    // If descriptors ran out, some are given back, since a signal takes a few. A process without a watch is looked at again
    // and again instead.
    let isShort = zip(targets, watches).contains { $0.standing.isEndable && $1 == nil }
    if isShort { for index in watches.indices.filter({ watches[$0] != nil }).suffix(16) { watches[index] = nil } }
    for (index, target) in targets.enumerated() where target.standing.isEndable {
      outcomes[index] = send(options.signal, to: target, by: kernel)
    }
    settle(&outcomes, watches, by: .ended, within: options.grace)
    guard options.kills, options.signal != .kill else { return outcomes }
    for (index, target) in targets.enumerated() where outcomes[index] == .running {
      switch send(.kill, to: target, by: kernel) {
      // Between the two looks it obeyed the first signal.
      case .gone: outcomes[index] = .ended
      case .notHolding: outcomes[index] = .released
      case let outcome: outcomes[index] = outcome
      }
    }
    // SIGKILL does not end a process that waits for a disk, which may take for ever.
    settle(&outcomes, watches, by: .killed, within: .seconds(5))
    return outcomes
  }

  /// Sends a signal to a process that still holds one of its sockets.
  ///
  /// - Returns: ``EndingOutcome/running`` if the signal was sent.
  private func send(
    _ signal: SignalArgument, to target: EndingTarget, by kernel: any ProcessSignals
  ) -> EndingOutcome {
    var outcome = EndingOutcome.notHolding
    for hold in target.holds {
      switch owners.signal(signal.number, hold.holder, of: hold.inode, process: target.process, by: kernel) {
      case .signalled: return .running
      case .gone: return .gone
      case .noLongerHolds: continue
      case .denied(let errno): outcome = .denied(errno)
      case .unsupported(let errno): outcome = .failed(errno)
      }
    }
    return outcome
  }

  /// Waits until the processes that were signalled have ended or released their sockets.
  ///
  /// - Parameter end: The outcome of a process that has ended.
  private func settle(
    _ outcomes: inout [EndingOutcome], _ watches: [ProcessWatch?], by end: EndingOutcome, within time: Duration
  ) {
    let waiting = outcomes.indices.filter { outcomes[$0] == .running }
    let deadline = ContinuousClock.now + time
    _ = ProcessWatch.wait(for: waiting.compactMap { watches[$0] }, until: deadline)
    for index in waiting {
      let target = plan.targets[index]
      if let watch = watches[index] {
        // In this order: a process closes its descriptors before it has ended.
        let holds = holdsAny(target)
        if watch.hasEnded { outcomes[index] = end } else if !holds { outcomes[index] = .released }
      } else {
        while holdsAny(target), ContinuousClock.now < deadline { usleep(20_000) }
        if !holdsAny(target) { outcomes[index] = endsSoon(target) ? end : .released }
      }
    }
  }

  /// Whether a process that has closed its sockets ends within a moment.
  private func endsSoon(_ target: EndingTarget) -> Bool {
    guard let watch = owners.watch(target.process) else { return true }
    return ProcessWatch.wait(for: [watch], until: .now + .milliseconds(200)) == [true]
  }

  /// Whether a process still holds one of its sockets. Descriptors that may not be read count as held.
  private func holdsAny(_ target: EndingTarget) -> Bool {
    target.holds.contains { owners.verify($0.holder, of: $0.inode, process: target.process) ?? true }
  }
}
