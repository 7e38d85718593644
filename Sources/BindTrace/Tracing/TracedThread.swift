/// What is kept of a traced thread between two of its stops.
struct TracedThread {
  /// The process it belongs to; 0 until somebody asks.
  var processID: Int32 = 0
  /// The call it is in.
  var call: PendingCall?
  /// Whether it is in io_uring_setup().
  var isMakingRing = false
  /// Whether it has made a call of an unknown architecture.
  var isUnwatched = false
}

/// A call between its entry and its exit.
struct PendingCall {
  var call: SocketCall
  /// bind() and connect(): the address as the program had it when it called, as far as it could be read.
  var address: [UInt8]
}
