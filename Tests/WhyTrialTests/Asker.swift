/// The user who runs the command.
enum Asker: Hashable {
  case root
  /// A user without capabilities.
  case plain(UInt32)
  /// The same in a new user namespace, which shows the user under another number.
  case inUserNamespace(UInt32, shownAs: UInt32)

  /// The user's number as the asking program sees it.
  var uid: UInt32 {
    switch self {
    case .root: 0
    case .plain(let uid): uid
    case .inUserNamespace(_, let inner): inner
    }
  }

  var isRoot: Bool { self == .root }

  var isInUserNamespace: Bool {
    if case .inUserNamespace = self { true } else { false }
  }

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
