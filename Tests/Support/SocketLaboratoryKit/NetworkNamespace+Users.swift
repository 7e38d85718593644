internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

extension NetworkNamespace {
  /// Runs `body` as another user, whose sockets are those that it makes. What the thread may do besides files stays.
  ///
  /// - Throws: ``LaboratoryError``, and what `body` throws.
  public func acting<Result>(as user: UInt32, _ body: () throws -> Result) throws -> Result {
    try requireOwnThread()
    defer { _ = socklab_act_as(0) }
    try check(socklab_act_as(user), "act as user \(user)")
    return try body()
  }

  /// Runs `body` without the right to bind ports below `net.ipv4.ip_unprivileged_port_start`.
  ///
  /// - Throws: ``LaboratoryError``, and what `body` throws.
  public func withoutLowPorts<Result>(_ body: () throws -> Result) throws -> Result {
    try requireOwnThread()
    defer { _ = socklab_allow_low_ports(true) }
    try check(socklab_allow_low_ports(false), "give up low ports")
    return try body()
  }
}
