extension PortEnding {
  /// Ends the processes on a thread of its own, and then observes the ports.
  ///
  /// If the task is cancelled, no further signal is sent, and the report tells the state of that moment.
  ///
  /// - Parameters:
  ///   - options: How they are ended.
  ///   - chosen: The processes to end, some of ``targets``; by default all that may be ended.
  /// - Throws: ``PortControlError`` with the ``refusal``, or because a process is supervised and
  ///   ``EndingOptions/endsSupervised`` is off: then nothing was signalled. The same if the ports cannot be read
  ///   afterwards.
  public consuming func end(
    _ options: EndingOptions = EndingOptions(), only chosen: [EndingTarget]? = nil
  ) async throws(PortControlError) -> EndingReport {
    if let refusal { throw PortControlError(refusal) }
    if let chosen { spareAll(but: chosen) }
    if !options.endsSupervised, let target = plan.supervised { throw PortControlError(.supervised(target)) }
    let viewpoint = viewpoint
    let box = HandedOver(self)
    return try await OwnThread.run { cancellation throws(PortControlError) in
      try viewpoint.prepare()
      var ending = try box.take()
      let outcomes = ending.endAll(options, isCancelled: { cancellation.isCancelled })
      let port = try ending.observePort(
        for: options.settle, after: outcomes, isCancelled: { cancellation.isCancelled })
      return EndingReport(outcomes: zip(ending.targets, outcomes).map(TargetOutcome.init), port: port)
    }
  }

  /// Leaves processes out that were not chosen.
  private mutating func spareAll(but chosen: [EndingTarget]) {
    let chosen = Set(chosen.map(\.process))
    for index in plan.targets.indices where !chosen.contains(plan.targets[index].process) {
      plan.targets[index].standing = .spared
    }
  }
}
