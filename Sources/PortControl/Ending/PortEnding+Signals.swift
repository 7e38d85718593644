internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Ends processes that hold sockets.
enum ProcessEnding {
  /// Signals the processes one after the other, waits for all of them together, and kills those that are left.
  ///
  /// A process is signalled only if it still holds one of its sockets, by a pidfd that was opened before that was
  /// checked.
  ///
  /// - Parameters:
  ///   - targets: The processes, in the order in which they are signalled.
  ///   - kernel: Takes the signals.
  ///   - isCancelled: Whether to end early: then no further signal is sent, and a process that has not ended yet is
  ///     running.
  /// - Returns: The outcome of each target, in their order.
  static func endAll(
    _ targets: [EndingTarget], _ owners: borrowing OwnerFinder, _ options: EndingOptions,
    by kernel: any ProcessSignals = KernelSignals(), isCancelled: () -> Bool = { false }
  ) -> [EndingOutcome] {
    var outcomes = targets.map { _ in EndingOutcome.spared }
    // Each target takes a descriptor, and a shell allows 1024.
    if targets.count > 500 { raiseDescriptorLimit() }
    // Opened before the first signal: the processes that it ends may be gone at once.
    var watches: [ProcessWatch?] = []
    for target in targets { watches.append(target.standing.isEndable ? owners.watch(target.process) : nil) }
    // If descriptors ran out, some are given back, since a signal takes a few. A process without a watch is looked at
    // again and again instead.
    let isShort = zip(targets, watches).contains { $0.standing.isEndable && $1 == nil }
    if isShort { for index in watches.indices.filter({ watches[$0] != nil }).suffix(16) { watches[index] = nil } }
    for (index, target) in targets.enumerated() where target.standing.isEndable {
      if isCancelled() { break }
      outcomes[index] = send(options.signal, to: target, owners, by: kernel)
    }
    settle(targets, owners, &outcomes, watches, by: .ended, within: options.grace, isCancelled)
    guard options.kills, options.signal != .kill, !isCancelled() else { return outcomes }
    for (index, target) in targets.enumerated() where outcomes[index] == .running {
      switch send(.kill, to: target, owners, by: kernel) {
      // Between the two looks it obeyed the first signal.
      case .gone: outcomes[index] = .ended
      case .notHolding: outcomes[index] = .released
      case let outcome: outcomes[index] = outcome
      }
    }
    // SIGKILL does not end a process that waits for a disk, which may take for ever.
    settle(targets, owners, &outcomes, watches, by: .killed, within: .seconds(5), isCancelled)
    return outcomes
  }

  /// Sends a signal to a process that still holds one of its sockets.
  ///
  /// - Returns: ``EndingOutcome/running`` if the signal was sent.
  private static func send(
    _ signal: ProcessSignal, to target: EndingTarget, _ owners: borrowing OwnerFinder, by kernel: any ProcessSignals
  ) -> EndingOutcome {
    var outcome = EndingOutcome.notHolding
    for hold in target.holds {
      switch owners.signal(signal.rawValue, hold.holder, of: hold.inode, process: target.process, by: kernel) {
      case .signalled: return .running
      case .gone: return .gone
      case .noLongerHolds: continue
      case .denied(let errno): outcome = .denied(errno)
      case .unsupported(let errno): outcome = .failed(errno)
      }
    }
    return outcome
  }

  /// Raises the limit of open descriptors to the hard limit.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    // SAFETY: the calls fill and read the one structure.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // SAFETY: as above.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Waits until the processes that were signalled have ended or released their sockets.
  ///
  /// - Parameter end: The outcome of a process that has ended.
  private static func settle(
    _ targets: [EndingTarget], _ owners: borrowing OwnerFinder, _ outcomes: inout [EndingOutcome],
    _ watches: [ProcessWatch?], by end: EndingOutcome, within time: Duration,
    _ isCancelled: () -> Bool
  ) {
    let waiting = outcomes.indices.filter { outcomes[$0] == .running }
    let deadline = ContinuousClock.now + time
    let watched = waiting.compactMap { watches[$0] }
    // In short parts, so that a cancelled task need not wait for the rest.
    while ProcessWatch.wait(for: watched, until: min(deadline, .now + .milliseconds(100))).contains(false),
      ContinuousClock.now < deadline, !isCancelled()
    {}
    for index in waiting {
      let target = targets[index]
      if let watch = watches[index] {
        // In this order: a process closes its descriptors before it has ended.
        let holds = holdsAny(target, owners)
        if watch.hasEnded { outcomes[index] = end } else if !holds { outcomes[index] = .released }
      } else {
        while holdsAny(target, owners), ContinuousClock.now < deadline, !isCancelled() { usleep(20_000) }
        if !holdsAny(target, owners) { outcomes[index] = endsSoon(target, owners) ? end : .released }
      }
    }
  }

  /// Whether a process that has closed its sockets ends within a moment.
  private static func endsSoon(_ target: EndingTarget, _ owners: borrowing OwnerFinder) -> Bool {
    guard let watch = owners.watch(target.process) else { return true }
    return ProcessWatch.wait(for: [watch], until: .now + .milliseconds(200)) == [true]
  }

  /// Whether a process still holds one of its sockets. Descriptors that may not be read count as held.
  private static func holdsAny(_ target: EndingTarget, _ owners: borrowing OwnerFinder) -> Bool {
    for hold in target.holds {
      if owners.verify(hold.holder, of: hold.inode, process: target.process) ?? true { return true }
    }
    return false
  }
}

extension PortEnding {
  /// Ends the processes of the plan.
  ///
  /// - Returns: The outcome of each target of the plan, in its order.
  package func endAll(_ options: EndingOptions) -> [EndingOutcome] { endAll(options, by: KernelSignals()) }

  /// - Parameter kernel: Takes the signals.
  func endAll(
    _ options: EndingOptions, by kernel: any ProcessSignals = KernelSignals(), isCancelled: () -> Bool = { false }
  ) -> [EndingOutcome] {
    ProcessEnding.endAll(plan.targets, owners, options, by: kernel, isCancelled: isCancelled)
  }
}
