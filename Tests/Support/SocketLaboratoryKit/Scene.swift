public import SocketLaboratory

/// The sockets of a situation that was built.
public struct Scene {
  /// The sockets that an inspector must see.
  public var expected: [ExpectedSocket]
  /// The sockets that have descriptors, in no particular order. They live as long as their namespace.
  public var sockets: [LabSocket]
  /// The cgroups of the scene.
  public var cgroups: [TemporaryCgroup] = []

  init(_ expected: [ExpectedSocket], sockets: [LabSocket] = []) {
    self.expected = expected
    self.sockets = sockets
  }
}
