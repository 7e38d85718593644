/// What a diagnosis could not see.
public struct BlindSpots: OptionSet, Hashable, Sendable, Codable {
  /// The bits. They are defined here, not by the kernel.
  public let rawValue: UInt16

  /// Creates a set from its bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The kernel's list of sockets may lack some.
  public static let incompleteList = BlindSpots(rawValue: 1 << 0)
  /// Sockets that are bound and do not listen: kernels before 6.8 do not report them, and not every process could be
  /// searched for them.
  public static let boundSockets = BlindSpots(rawValue: 1 << 1)
  /// Processes that hold sockets. Seeing all of them needs privileges.
  public static let processes = BlindSpots(rawValue: 1 << 2)
  /// Options of sockets whose processes are known. Reading them needs the permission to trace the processes.
  public static let options = BlindSpots(rawValue: 1 << 3)
  /// Other network namespaces. Seeing them needs privileges. They do not affect the answer.
  public static let otherNamespaces = BlindSpots(rawValue: 1 << 4)
  /// Whether the address belongs to this host.
  public static let address = BlindSpots(rawValue: 1 << 5)
  /// Kernel settings: `/proc/sys` is missing or hidden. Settings that decide have separate bits.
  public static let settings = BlindSpots(rawValue: 1 << 6)
  /// Whether the port needs a privilege that the program does not have.
  public static let privilege = BlindSpots(rawValue: 1 << 7)
  /// The ports that the kernel chooses from.
  public static let portRange = BlindSpots(rawValue: 1 << 8)
  /// Whether a security module, a filter or a BPF program refuses the bind(): a rehearsal was not possible.
  public static let restraints = BlindSpots(rawValue: 1 << 9)
  /// The answer of an attached cgroup program that runs after the bind.
  public static let latePrograms = BlindSpots(rawValue: 1 << 10)
  /// Whether there are cgroup programs that run after the bind: listing them needs CAP_NET_ADMIN. They are rare, so
  /// this does not change the answer.
  public static let cgroupPrograms = BlindSpots(rawValue: 1 << 11)

  /// The bits that decide between success and failure. They are set only if they matter to the request.
  static let deciding: BlindSpots = [
    .incompleteList, .boundSockets, .address, .privilege, .portRange, .restraints, .latePrograms,
  ]

  /// Creates the blind spots about security modules, filters and BPF programs.
  init(_ rehearsal: BindRehearsal, _ restraints: BindRestraints) {
    self = []
    if rehearsal.leavesDoubt { insert(.restraints) }
    if restraints.areAskedAfterBind { insert(.latePrograms) }
    if restraints.cgroupPrograms == nil { insert(.cgroupPrograms) }
  }
}
