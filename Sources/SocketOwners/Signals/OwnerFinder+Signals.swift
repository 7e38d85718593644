internal import Glibc

extension OwnerFinder {
  /// Reads whether a holder still holds a socket.
  ///
  /// - Returns: `nil` if this user may not read it.
  public func verify(_ holder: SocketHolder, of inode: UInt32, process: HoldingProcess) -> Bool? {
    switch check(holder, of: inode, process) {
    case .signalled: true
    case .gone, .noLongerHolds: false
    case .denied, .unsupported: nil
    }
  }

  /// Sends a signal to a process if it still holds a socket.
  ///
  /// This opens the process (pidfd_open(2), since Linux 5.3), checks that it is the process that was found and that it
  /// holds the socket, and signals the opened process. So no other process that gets the same id is signalled. Only one
  /// case cannot be excluded: the process may close the socket between the check and the signal.
  ///
  /// - Parameters:
  ///   - signal: The number of the signal. 0 sends nothing and only checks whether a signal is allowed.
  ///   - holder: The holder from a report.
  ///   - inode: The socket.
  ///   - process: The process from the same report.
  public func signal(
    _ signal: Int32, _ holder: SocketHolder, of inode: UInt32, process: HoldingProcess
  ) -> SignalOutcome {
    self.signal(signal, holder, of: inode, process: process, by: KernelSignals())
  }

  /// Sends a signal by other operations than the kernel's.
  package func signal(
    _ signal: Int32, _ holder: SocketHolder, of inode: UInt32, process: HoldingProcess, by kernel: any ProcessSignals
  ) -> SignalOutcome {
    guard proc.traits.hasOurNumbers else { return .unsupported(EXDEV) }
    let opened = kernel.open(holder.pid)
    guard opened >= 0 else { return Self.outcome(-opened) }
    defer { close(opened) }
    let state = check(holder, of: inode, process)
    guard state == .signalled else { return state }
    let error = kernel.send(signal, to: opened)
    return error == 0 ? .signalled : Self.outcome(-error)
  }

  private static func outcome(_ errno: Int32) -> SignalOutcome {
    switch errno {
    case ESRCH, ENOENT: .gone
    case EPERM, EACCES: .denied(errno)
    default: .unsupported(errno)
    }
  }

  /// The outcome that a signal would have by the descriptors: ``SignalOutcome/signalled`` if the process holds the
  /// socket.
  private func check(_ holder: SocketHolder, of inode: UInt32, _ process: HoldingProcess) -> SignalOutcome {
    guard holder.pid == process.pid else { return .gone }
    let thread = holder.threadID ?? 0
    let directory = proc.openDirectory(DescriptorTable.path(holder.pid, thread))
    guard directory >= 0 else {
      var work = SearchWork()
      // The thread may have ended while the process lives on.
      let isThere = thread != 0 && proc.startTicks(of: holder.pid, &work) == process.startTicks
      let outcome = Self.outcome(-directory)
      return outcome == .gone && isThere ? .noLongerHolds : outcome
    }
    defer { proc.files.close(directory) }
    var reader = TableReader(proc, wanted: InodeTable([]))
    do throws(ReadingFault) {
      guard try reader.readStart(thread, directory) == process.startTicks else { return .gone }
      guard let slot = holder.fixedFileSlot else {
        let link = try reader.read(holder.descriptor, directory)
        return link?.kind == .socket && link?.inode == inode ? .signalled : .noLongerHolds
      }
      guard let sockets = try reader.fixedSockets(holder.descriptor, directory) else { return .unsupported(EBUSY) }
      return sockets.contains { $0.slot == slot && $0.inode == inode } ? .signalled : .noLongerHolds
    } catch {
      return Self.outcome(error.errno)
    }
  }
}
