internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// Thousands of sockets in one namespace: every state, both families, all sorts of ports, queues and options.
///
/// Meant for comparing two inspectors row for row. The same seed makes the same crowd, but for inodes, cookies and times.
public struct Crowd {
  /// What the crowd was made from; give it again to repeat a failure.
  public let seed: UInt64
  /// What an inspector must see, and the sockets.
  public let scene: Scene

  /// Gathers at least `count` sockets and waits until the kernel shows them. Prints the seed.
  ///
  /// - Parameters:
  ///   - count: How many rows there will be at least.
  ///   - seed: Chosen at random if absent.
  ///   - expiring: Whether TIME_WAIT and orphaned FIN_WAIT2 take part, which the kernel removes after a minute.
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
      // Whole rounds in shuffled order: no kind may be missing by chance.
      kinds.shuffle(using: &members.random)
      for kind in kinds { try members.add(kind) }
    }
    for expiring in members.last { try expiring() }
    scene = Scene(members.expected, sockets: members.sockets)
    try laboratory.wait(for: scene.expected)
    self.seed = seed
  }
}
