internal import SocketOwners

/// The names of users. Each is looked up once.
struct UserNames {
  private var names: [UInt32: [UInt8]] = [:]

  /// The name of a user, or the number if the user has no name.
  mutating func name(_ uid: UInt32) -> [UInt8] {
    if let known = names[uid] { return known }
    let name = Array(UserName.text(uid).utf8)
    names[uid] = name
    return name
  }
}
