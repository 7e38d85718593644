internal import CBindDiagnosis
internal import Glibc
package import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// The TCP sockets of a port that are bound and do not listen, if the kernel does not report them and a readable
  /// process holds them. Empty on kernels since 6.8, which report such sockets.
  ///
  /// - Parameters:
  ///   - ports: The ports.
  ///   - reported: The sockets that the kernel reported on the ports.
  package mutating func unreportedSockets(
    on ports: PortSet, besides reported: [InetSocket]
  ) throws(SockDiagError) -> [InetSocket] {
    if KernelRelease.current.isAtLeast(6, 8), inspector.refusal == nil { return [] }
    return try inNamespace { diagnostician throws(SockDiagError) in
      try diagnostician.boundSockets(ports, besides: reported).sockets
    }
  }

  /// Finds TCP sockets that are bound and do not listen, if the kernel does not report them. It searches the
  /// descriptors of processes for sockets that have a port and are in no dump.
  ///
  /// - Parameters:
  ///   - ports: The ports; `nil` for every port.
  ///   - reported: The sockets that the kernel reported on the ports.
  /// - Returns: The sockets, and whether they are all.
  mutating func boundSockets(
    _ ports: PortSet?, besides reported: [InetSocket]
  ) throws(SockDiagError) -> (sockets: [InetSocket], isComplete: Bool) {
    let dump = try inspector.dump(SocketQuery(.tcp, states: .all))
    var known = Set(reported.map(\.inode))
    for socket in dump.sockets { known.insert(socket.inode) }
    guard let held = try? owners?.heldSockets(besides: known) else { return ([], false) }
    var isComplete = held.isComplete && dump.defects.subtracting(.missingStates).isComplete
    var found: [InetSocket] = []
    for (inode, holders) in held.holders {
      switch BoundSocketReading.read(inode, holders) {
      case .bound(let socket): if ports?.contains(socket.local.port) ?? true { found.append(socket) }
      case .other: break
      case .unknown: isComplete = false
      }
    }
    return (found.sorted { $0.inode < $1.inode }, isComplete)
  }
}

/// What is found behind descriptors whose socket is in no dump.
enum BoundSocketReading: Equatable {
  /// A TCP socket with a port, in the network namespace of the calling thread.
  case bound(InetSocket)
  /// Something else.
  case other
  /// It could not be read.
  case unknown

  /// Reads a socket from the first of its holders that still has it and allows it.
  ///
  /// A holder may be gone: a child has the sockets of its parent between fork(2) and execve(2), and the search may have
  /// come by just then.
  static func read(_ inode: UInt32, _ holders: [SocketHolder]) -> BoundSocketReading {
    var result = other
    for holder in holders {
      guard let reading = read(inode, holder) else { continue }
      guard case .unknown = reading else { return reading }
      result = .unknown
    }
    return result
  }

  /// Reads a socket from one holder; `nil` if the holder no longer has it.
  private static func read(_ inode: UInt32, _ holder: SocketHolder) -> BoundSocketReading? {
    guard holder.fixedFileSlot == nil else { return .unknown }
    let table = holder.threadID.map { "/task/\($0)" } ?? ""
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    switch unsafe cbinddiagnosis_is_tcp("/proc/\(holder.pid)\(table)/fd/\(holder.descriptor)") {
    case 0: return .other
    case 1: break
    // Closed in the meantime, or closed and opened again as a file that is no socket.
    case -ENOENT, -ENODATA, -EOPNOTSUPP: return nil
    default: return .unknown
    }
    do throws(BindFactError) {
      let held = try HeldSocketOptions(readFrom: holder, inode: inode)
      guard held.local.port != 0 else { return .other }
      guard let isHere = held.isInOwnNetwork else { return .unknown }
      guard isHere else { return .other }
      return .bound(
        InetSocket(
          boundTo: held.local, family: held.family, inode: inode, uid: held.uid, cookie: held.cookie,
          interfaceIndex: held.interfaceIndex,
          isV6Only: held.unread.contains(.v6Only) ? nil : held.options.contains(.v6Only)))
    } catch {
      return error.code == .processGone || error.code == .descriptorChanged ? nil : .unknown
    }
  }
}
