internal import CSocketLaboratory
public import SocketLaboratory

/// Namespaces beside that of a laboratory, each with sockets at ports of its own.
///
/// They are held by a descriptor of this process alone, or by a process in them.
public final class ManyNamespaces {
  /// What the sockets of a namespace are.
  public enum Kind: CaseIterable, Sendable {
    case empty
    case listener
    /// A listener, and a connection to it.
    case connection
    case datagram
  }

  /// A namespace.
  public struct Member: Sendable {
    /// The inode number of the namespace's file.
    public let inode: UInt64
    /// What its sockets are.
    public let kind: Kind
    /// The port of its sockets, which no other member has.
    public let port: UInt16
  }

  /// The namespaces, in the order in which they were made.
  public private(set) var members: [Member] = []
  private var files: [UInt64: LabSocket] = [:]
  private var sockets: [UInt64: [LabSocket]] = [:]
  private var holders: [UInt64: LabHolder] = [:]

  /// Makes namespaces of all kinds in turn. Their ports begin at 10000.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - withProcess: How many of them, the last ones, have a process in them instead of a descriptor.
  public init(_ count: Int, withProcess: Int = 0, in laboratory: Laboratory) throws {
    for index in 0..<count {
      try laboratory.namespace.inAnother {
        let kind = Kind.allCases[index % Kind.allCases.count]
        let member = Member(inode: socklab_namespace_inode(), kind: kind, port: UInt16(10_000 + index))
        members.append(member)
        let own = try Self.sockets(of: member, laboratory)
        sockets[member.inode] = own
        let file = LabSocket(owning: try check(socklab_namespace_file(), "open the namespace"))
        if index < count - withProcess {
          files[member.inode] = file
        } else {
          holders[member.inode] = try LabHolder(.nothing, file)
        }
      }
    }
  }

  private static func sockets(of member: Member, _ laboratory: Laboratory) throws -> [LabSocket] {
    let endpoint = LabEndpoint(.loopbackV4, member.port)
    switch member.kind {
    case .empty: return []
    case .listener: return [try laboratory.tcpListener(on: endpoint)]
    case .datagram: return [try laboratory.udpSocket(bound: endpoint)]
    case .connection:
      let pair = try laboratory.connectedPair(to: endpoint)
      return [pair.listener, pair.client, pair.server]
    }
  }

  /// Ends a namespace.
  public func end(_ member: Member) {
    LabSocket.close(
      (sockets.removeValue(forKey: member.inode) ?? []) + [files.removeValue(forKey: member.inode)].compactMap(\.self))
    holders.removeValue(forKey: member.inode)?.letGo()
  }
}
