/// The state of a traced thread between two stops.
struct TracedThread {
  /// The process it belongs to; 0 until it has been looked up.
  var processID: Int32 = 0
  /// The current call.
  var call: PendingCall?
  /// Whether it is in io_uring_setup().
  var isMakingRing = false
  /// Whether it has made a call of an unsupported architecture.
  var isUnwatched = false
}

/// A call between its entry and its exit.
struct PendingCall {
  var call: SocketCall
  /// bind() and connect(): the bytes of the address at the entry of the call, as far as they could be read.
  var address: [UInt8]
}
