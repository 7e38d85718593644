/// A user who asks the command, and as whom it then runs.
enum Asker: Hashable {
  case root
  /// A user without capabilities.
  case plain(UInt32)
  /// The same in a user namespace of its own, which shows the user under another number.
  case inUserNamespace(UInt32, shownAs: UInt32)

  /// The user as the asking program itself sees it.
  var uid: UInt32 {
    switch self {
    case .root: 0
    case .plain(let uid): uid
    case .inUserNamespace(_, let inner): inner
    }
  }

  /// The user as the rest of the host sees it.
  var outerUID: UInt32 {
    if case .inUserNamespace(let outer, _) = self { outer } else { uid }
  }

  var isRoot: Bool { self == .root }

  /// The words that start a command as this user.
  func starting(_ command: [String], with programs: Programs) -> [String] {
    switch self {
    case .root: command
    case .plain(let uid): [programs.attempt, "as", "\(uid)", "--"] + command
    case .inUserNamespace(let outer, let inner):
      [programs.attempt, "userns", "\(outer)", "\(inner)", "--"] + command
    }
  }
}

extension Asker: CustomStringConvertible {
  var description: String {
    switch self {
    case .root: "root"
    case .plain(let uid): "user \(uid)"
    case .inUserNamespace(let outer, let inner): "user \(outer) as \(inner) of a user namespace"
    }
  }
}
