public import SocketLaboratory

/// Sockets that stand in a known situation.
public struct Scene {
  /// What an inspector must see.
  public var expected: [ExpectedSocket]
  /// The sockets with descriptors, in no promised order. They live as long as their namespace.
  public var sockets: [LabSocket]
  /// The cgroups made for the scene.
  public var cgroups: [TemporaryCgroup] = []

  init(_ expected: [ExpectedSocket], sockets: [LabSocket] = []) {
    self.expected = expected
    self.sockets = sockets
  }
}
