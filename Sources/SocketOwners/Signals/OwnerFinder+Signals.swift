internal import Glibc

extension OwnerFinder {
  /// Whether a holder still has a socket, read now.
  ///
  /// - Returns: `nil` where that may not be read.
  public func verify(_ holder: SocketHolder, of inode: UInt32, process: HoldingProcess) -> Bool? {
    switch check(holder, of: inode, process) {
    case .signalled: true
    case .gone, .noLongerHolds: false
    case .denied, .unsupported: nil
    }
  }

  /// Sends a signal to a process that holds a socket, and to no other.
  ///
  /// The process is opened first (pidfd_open(2), since Linux 5.3), then looked at: is it the one that was found, and
  /// does it hold the socket? What is signalled at last is what was opened, so it does not matter whether the process
  /// ends and its id is used again in between. Only that it closes the socket after the look cannot be excluded.
  ///
  /// - Parameters:
  ///   - signal: The number of the signal; 0 only asks whether it would be allowed.
  ///   - holder: The holder, as a report has it.
  ///   - inode: The socket.
  ///   - process: The process, as the report has it.
  public func signal(
    _ signal: Int32, _ holder: SocketHolder, of inode: UInt32, process: HoldingProcess
  ) -> SignalOutcome {
    self.signal(signal, holder, of: inode, process: process, by: KernelSignals())
  }

  /// Sends a signal by steps of somebody else than the kernel.
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

  /// What a signal would come to as far as descriptors can tell: ``SignalOutcome/signalled`` if the socket is held.
  private func check(_ holder: SocketHolder, of inode: UInt32, _ process: HoldingProcess) -> SignalOutcome {
    guard holder.pid == process.pid else { return .gone }
    let thread = holder.threadID ?? 0
    let directory = proc.openDirectory(DescriptorTable.path(holder.pid, thread))
    guard directory >= 0 else {
      var work = SearchWork()
      // A thread may end before its process does.
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
