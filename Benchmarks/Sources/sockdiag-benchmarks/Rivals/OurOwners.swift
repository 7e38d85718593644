import SockDiag
import SocketOwners

/// The holders of every TCP socket; the list of sockets is given.
final class OurOwners: Rival {
  /// The state of the search before the measurement.
  enum Kind {
    /// Nothing.
    case first
    /// A previous search, after which connections were replaced.
    case again(connections: Int, FarmChange)
    /// A previous search whose cache is not used.
    case anew
  }

  let name: String
  let role = Role.ours
  private let kind: Kind
  private let search: SearchOptions
  private var inspector: SocketInspector
  private var owners: OwnerFinder
  private var wanted: [WantedSocket] = []

  init(_ name: String, _ kind: Kind, walkers: Int = 1) throws {
    self.name = name
    self.kind = kind
    var search = SearchOptions(walkers: walkers)
    if case .anew = kind { search.trustsEarlierSearches = false }
    self.search = search
    inspector = try SocketInspector()
    owners = try OwnerFinder()
  }

  func prepare() throws {
    switch kind {
    case .first: owners = try OwnerFinder()
    case .anew: break
    case .again(let connections, let change):
      // The cache must be that of the state just before.
      wanted = try list()
      _ = try owners.find(wanted, search)
      try change(connections)
    }
    wanted = try list()
  }

  private func list() throws -> [WantedSocket] {
    try inspector.dump(SocketQuery(.tcp, states: .all)).sockets.map { WantedSocket(inode: $0.inode, uid: $0.uid) }
  }

  func run() throws -> Int? {
    let report = try owners.find(wanted, search)
    return report.inodes.count - report.missing.count
  }
}
