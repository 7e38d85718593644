internal import CSocketOwners

/// The steps as the kernel does them.
package struct KernelSignals: ProcessSignals {
  /// Creates the steps; there is nothing to set up.
  package init() {}

  package func open(_ pid: Int32) -> Int32 { csocketowners_open_process(pid) }

  package func send(_ signal: Int32, to process: Int32) -> Int32 { csocketowners_signal(process, signal) }
}
