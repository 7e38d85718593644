internal import CSocketLaboratory
internal import CSocketLaboratoryKit
internal import SockDiagTestKit
public import SocketLaboratory

/// Thousands of sockets in one namespace, of every state and both families, with random ports, queues and options.
///
/// Tests compare two inspectors row by row with it. The same seed makes the same crowd, except inodes, cookies and
/// times.
public struct Crowd {
  /// The seed of the crowd. Pass it again to repeat a failure.
  public let seed: UInt64
  /// The expected sockets and their descriptors.
  public let scene: Scene

  /// Makes at least `count` sockets, waits until the kernel shows them, and prints the seed.
  ///
  /// - Parameters:
  ///   - count: The smallest number of sockets.
  ///   - seed: The seed; random if absent.
  ///   - expiring: Whether there are sockets in TIME_WAIT and orphaned FIN_WAIT2, which the kernel removes after a
  ///     minute.
  public init(
    in laboratory: Laboratory,
    count: Int = 2000,
    seed: UInt64? = nil,
    expiring: Bool = true
  ) throws {
    let seed = seed ?? UInt64.random(in: 0...UInt64.max)
    print("crowd seed: \(seed)")
    // The default limit of 1024 descriptors is below what a crowd needs.
    _ = socklab_raise_descriptor_limit()
    var members = try CrowdBuilder(in: laboratory, seed: seed)
    var kinds = CrowdBuilder.Kind.all.filter { expiring || !$0.expires }
    while members.expected.count < count {
      // Each round has every kind in random order, so no kind is missing by chance.
      kinds.shuffle(using: &members.random)
      for kind in kinds { try members.add(kind) }
    }
    for expiring in members.last { try expiring() }
    scene = Scene(members.expected, sockets: members.sockets)
    try laboratory.wait(for: scene.expected)
    self.seed = seed
  }
}
