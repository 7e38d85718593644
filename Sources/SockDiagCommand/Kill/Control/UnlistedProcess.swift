internal import SocketOwners

/// A process that was not among those to end: it was started since, or it inherited the socket.
struct UnlistedProcess {
  var details: ProcessDetails
  /// The unit, container or forwarder that started it again: the same that ran an ended process.
  var supervision: ProcessSupervision?
  /// The running process that started it again.
  var starter: ProcessDetails?
}
