extension Diagnosis {
  /// What a diagnosis could not look at.
  public struct BlindSpots: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The kernel's list of sockets may lack some.
    public static let incompleteList = BlindSpots(rawValue: 1 << 0)
    /// Sockets that are bound and do nothing: kernels before 6.8 do not report them, and not every process could be searched
    /// for them.
    public static let boundSockets = BlindSpots(rawValue: 1 << 1)
    /// Processes that hold sockets, which takes privileges.
    public static let processes = BlindSpots(rawValue: 1 << 2)
    /// Options of sockets whose processes are known, which takes the right to trace them.
    public static let options = BlindSpots(rawValue: 1 << 3)
    /// Other network namespaces, which takes privileges. They decide nothing.
    public static let otherNamespaces = BlindSpots(rawValue: 1 << 4)
    /// Whether the address is one of this host.
    public static let address = BlindSpots(rawValue: 1 << 5)
    /// Settings of the kernel that are asked for: `/proc/sys` is not there, or hidden. Those that decide have a bit of their
    /// own.
    public static let settings = BlindSpots(rawValue: 1 << 6)
    /// Whether the port takes a privilege that the program does not have.
    public static let privilege = BlindSpots(rawValue: 1 << 7)
    /// The ports from which the kernel chooses.
    public static let portRange = BlindSpots(rawValue: 1 << 8)
    /// Whether a security module, a filter or a program of the cgroup refuses the bind(): it could not be tried.
    public static let restraints = BlindSpots(rawValue: 1 << 9)
    /// What a program of the cgroup says that is asked after the bind, and is attached.
    public static let latePrograms = BlindSpots(rawValue: 1 << 10)
    /// Whether there are programs of the cgroup that are asked after the bind: to list them takes CAP_NET_ADMIN. They are
    /// rare, so this leaves the answer as it is.
    public static let cgroupPrograms = BlindSpots(rawValue: 1 << 11)

    /// Those that decide between success and failure. They are noted only where they matter to the request.
    static let deciding: BlindSpots = [
      .incompleteList, .boundSockets, .address, .privilege, .portRange, .restraints, .latePrograms,
    ]

    /// What could not be found out about security modules, filters and programs of the cgroup.
    init(_ rehearsal: BindRehearsal, _ restraints: BindRestraints) {
      self = []
      if rehearsal.leavesDoubt { insert(.restraints) }
      if restraints.areAskedAfterBind { insert(.latePrograms) }
      if restraints.cgroupPrograms == nil { insert(.cgroupPrograms) }
    }
  }

  /// What was not seen and could make the bind() fail, though all that was seen lets it succeed. Empty where a live bind
  /// settled it.
  public var openQuestions: BlindSpots {
    if case .succeeded? = probe, !request.choosesPortLater { return [] }
    guard prediction.decisive == .succeeds || prediction.decisive.isUncertain else { return [] }
    return blindSpots.intersection(.deciding)
  }
}

extension BindPrediction.Outcome {
  fileprivate var isUncertain: Bool { if case .depends = self { true } else { false } }
}
