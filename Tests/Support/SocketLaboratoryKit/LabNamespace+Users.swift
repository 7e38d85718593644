internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

extension LabNamespace {
  /// Runs `body` as another user, who owns the sockets that it makes. The thread keeps its other privileges.
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
  /// - Throws: ``LaboratoryError``, and the errors of `body`.
  public func withoutLowPorts<Result>(_ body: () throws -> Result) throws -> Result {
    try requireOwnThread()
    defer { _ = socklab_allow_low_ports(true) }
    try check(socklab_allow_low_ports(false), "give up low ports")
    return try body()
  }
}
