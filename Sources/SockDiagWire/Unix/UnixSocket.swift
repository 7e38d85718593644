/// A UNIX socket as the kernel reports it.
///
/// Only names and lists need an allocation of their own. A streaming reader reuses that of names.
///
/// Kernel: `struct unix_diag_msg`, linux/unix_diag.h, and the attributes that follow it.
public struct UnixSocket: Hashable, Sendable {
  /// A stream, datagrams or sequenced packets. Kernel: `udiag_type`.
  public var type = SocketType.stream
  /// `listen`, `established` or `close`. A datagram socket is `established` since 5.15 if it called `connect` or
  /// another one connected to it, and always `close` before. Kernel: `udiag_state`; `unix_dgram_connect`,
  /// net/unix/af_unix.c.
  public var state = SocketState.close
  /// The source of the record.
  public var source = SocketSource.sockDiag
  var rawShutdown: UInt8 = 0
  /// The optional fields that are present. Absent ones are zero, because equality compares them too.
  var present: Presence = []
  /// The inode behind the socket's descriptors. Kernel: `udiag_ino`.
  public var inode: UInt32 = 0
  var rawUID: UInt32 = 0
  var rawFile = File(inode: 0, device: 0)
  var rawPeerInode: UInt32 = 0
  var rawFirstQueue: UInt32 = 0
  var rawSecondQueue: UInt32 = 0
  var rawCookie: UInt64 = 0
  /// The bytes of the name; empty if there is none. A reader reuses the memory for the next name.
  var nameBytes: [UInt8] = []
  var peerName = Peer.Name.unknown
  /// Memory in use and its limits. Kernel: `UNIX_DIAG_MEMINFO`.
  public var memory: SocketMemory?
  /// On a listener: the inodes of the clients that wait for `accept`. Kernel: `UNIX_DIAG_ICONS`.
  public var waitingClients: [UInt32]?
  /// Attributes that are not decoded here.
  public var unknownAttributes: [UnknownAttribute] = []

  /// The optional fields that are present.
  struct Presence: OptionSet, Hashable, Sendable {
    let rawValue: UInt16
    static let cookie = Presence(rawValue: 1 << 0)
    static let path = Presence(rawValue: 1 << 1)
    static let abstractName = Presence(rawValue: 1 << 2)
    static let file = Presence(rawValue: 1 << 3)
    static let peer = Presence(rawValue: 1 << 4)
    static let bytes = Presence(rawValue: 1 << 5)
    static let connections = Presence(rawValue: 1 << 6)
    static let connectionLimit = Presence(rawValue: 1 << 7)
    static let shutdown = Presence(rawValue: 1 << 8)
    static let uid = Presence(rawValue: 1 << 9)

    mutating func set(_ bit: Presence, _ isPresent: Bool) {
      if isPresent { insert(bit) } else { remove(bit) }
    }
  }

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// The identity of a file.
  ///
  /// Kernel: `struct unix_diag_vfs`, linux/unix_diag.h.
  public struct File: Hashable, Sendable {
    /// The low 32 bits of the inode number. Kernel: `udiag_vfs_ino`.
    public var inode: UInt32
    /// The file system's device in the kernel's own form. Kernel: `udiag_vfs_dev`.
    public var device: UInt32

    /// Creates an identity.
    public init(inode: UInt32, device: UInt32) {
      self.inode = inode
      self.device = device
    }

    /// The major number of the device. Kernel: `MAJOR`, linux/kdev_t.h.
    public var major: UInt32 { device >> 20 }
    /// The minor number of the device. Kernel: `MINOR`, linux/kdev_t.h.
    public var minor: UInt32 { device & 0xf_ffff }
  }

  /// The socket at the other end.
  public struct Peer: Hashable, Sendable {
    /// Its inode; 0 if it has none yet, because its listener has not accepted it.
    public var inode: UInt32
    /// Its name. The kernel does not send it: it comes from the peer's own record.
    public var name: Name

    /// Creates a peer.
    public init(inode: UInt32, name: Name = .unknown) {
      self.inode = inode
      self.name = name
    }

    /// What is known about the name of a peer.
    public enum Name: Hashable, Sendable {
      /// Its record was not looked up, or it is in another network namespace.
      case unknown
      /// It has no name.
      case unnamed
      /// Its name.
      case named(UnixSocketName)
    }
  }
}

extension UnixSocket {
  /// The kernel's number for this one socket; `nil` in records from `/proc/net`. Kernel: `udiag_cookie`.
  public var cookie: SocketCookie? {
    get { present.contains(.cookie) ? SocketCookie(rawValue: rawCookie) : nil }
    set {
      rawCookie = newValue?.rawValue ?? 0
      present.set(.cookie, newValue != nil)
    }
  }

  /// The name that the socket is bound to; `nil` if it has none. A socket that a listener accepted has the listener's
  /// name. Kernel: `UNIX_DIAG_NAME`.
  public var name: UnixSocketName? {
    get {
      if present.contains(.path) { return .path(nameBytes) }
      return present.contains(.abstractName) ? .abstract(nameBytes) : nil
    }
    set {
      nameBytes = newValue?.bytes ?? []
      present.set(.path, newValue?.isAbstract == false)
      present.set(.abstractName, newValue?.isAbstract == true)
    }
  }

  /// The file that `bind` made for a path; `nil` for sockets without a path. It stays the same when the file is deleted
  /// or replaced, so a comparison with the file at the path shows whether clients still reach this socket. Kernel:
  /// `UNIX_DIAG_VFS`.
  public var file: File? {
    get { present.contains(.file) ? rawFile : nil }
    set {
      rawFile = newValue ?? File(inode: 0, device: 0)
      present.set(.file, newValue != nil)
    }
  }

  /// The socket at the other end; `nil` if there is none. Kernel: `UNIX_DIAG_PEER`.
  public var peer: Peer? {
    get { present.contains(.peer) ? Peer(inode: rawPeerInode, name: peerName) : nil }
    set {
      rawPeerInode = newValue?.inode ?? 0
      peerName = newValue?.name ?? .unknown
      present.set(.peer, newValue != nil)
    }
  }

  /// The amounts that wait: connections on a listener, bytes otherwise. The bytes that are unsent count the memory that
  /// they take. Kernel: `UNIX_DIAG_RQLEN`.
  public var queues: SocketQueues? {
    get {
      if present.contains(.bytes) { return .bytes(received: rawFirstQueue, unsent: rawSecondQueue) }
      guard present.contains(.connections) else { return nil }
      return .connections(
        waiting: rawFirstQueue, limit: present.contains(.connectionLimit) ? rawSecondQueue : nil)
    }
    set {
      present.subtract([.bytes, .connections, .connectionLimit])
      switch newValue {
      case .bytes(let received, let unsent):
        (rawFirstQueue, rawSecondQueue) = (received, unsent)
        present.insert(.bytes)
      case .connections(let waiting, let limit):
        (rawFirstQueue, rawSecondQueue) = (waiting, limit ?? 0)
        present.formUnion(limit == nil ? .connections : [.connections, .connectionLimit])
      case nil: (rawFirstQueue, rawSecondQueue) = (0, 0)
      }
    }
  }

  /// The directions that are shut down. Kernel: `UNIX_DIAG_SHUTDOWN`, since 3.9.
  public var shutdown: ShutdownSides? {
    get { present.contains(.shutdown) ? ShutdownSides(rawValue: rawShutdown) : nil }
    set {
      rawShutdown = newValue?.rawValue ?? 0
      present.set(.shutdown, newValue != nil)
    }
  }

  /// The user who made the socket. Kernel: `UNIX_DIAG_UID`, since 5.3.
  public var uid: UInt32? {
    get { present.contains(.uid) ? rawUID : nil }
    set {
      rawUID = newValue ?? 0
      present.set(.uid, newValue != nil)
    }
  }
}
