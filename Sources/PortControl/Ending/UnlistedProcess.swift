public import SocketOwners

/// A process that was not among those to end: it was started since, or it inherited the socket.
public struct UnlistedProcess: Hashable, Sendable {
  /// The process.
  public var details: ProcessDetails
  /// The unit, container or forwarder that started it again: the same that ran an ended process.
  public var supervision: ProcessSupervision?
  /// The running process that started it again.
  public var starter: ProcessDetails?
}

extension UnlistedProcess: CustomStringConvertible {
  /// The process and what started it, as one sentence without a full stop.
  public var description: String {
    if let supervision { return "\(details.words) is new: \(supervision.name) started it again" }
    if let starter { return "\(details.words) is new: \(starter.words) started it again" }
    return "\(details.words) is new\(details.parent.map { ", a child of process \($0)" } ?? "")"
  }
}
