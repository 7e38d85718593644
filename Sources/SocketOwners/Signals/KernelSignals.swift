internal import CSocketOwners

/// The operations of the running kernel on processes.
package struct KernelSignals: ProcessSignals {
  /// Creates the operations, which have no state.
  package init() {}

  package func open(_ pid: Int32) -> Int32 { csocketowners_open_process(pid) }

  package func send(_ signal: Int32, to process: Int32) -> Int32 { csocketowners_signal(process, signal) }
}
