extension PacketSocket {
  /// Packets that a socket asks an interface to accept.
  ///
  /// Kernel: `struct packet_diag_mclist`, linux/packet_diag.h; `PACKET_ADD_MEMBERSHIP`.
  public struct Membership: Hashable, Sendable {
    /// The interface. Kernel: `pdmc_index`.
    public var interfaceIndex: UInt32
    /// How many times the socket asked for the same. Kernel: `pdmc_count`.
    public var count: UInt32
    /// Which packets. Kernel: `pdmc_type`.
    public var kind: Kind
    /// The address of the link; empty if the kind needs none. Kernel: `pdmc_addr`, `pdmc_alen`.
    public var address: [UInt8]

    /// Creates a membership from its parts.
    public init(interfaceIndex: UInt32, count: UInt32, kind: Kind, address: [UInt8]) {
      self.interfaceIndex = interfaceIndex
      self.count = count
      self.kind = kind
      self.address = address
    }

    /// Which packets an interface accepts.
    ///
    /// Kernel: `PACKET_MR_*`, linux/if_packet.h.
    public struct Kind: RawRepresentable, Hashable, Sendable, Codable {
      /// The kernel's number.
      public let rawValue: UInt16

      /// Creates a kind from the kernel's number.
      public init(rawValue: UInt16) { self.rawValue = rawValue }

      /// Those for one multicast address. Kernel: `PACKET_MR_MULTICAST`.
      public static let multicast = Kind(rawValue: 0)
      /// All. Kernel: `PACKET_MR_PROMISC`.
      public static let promiscuous = Kind(rawValue: 1)
      /// All multicast. Kernel: `PACKET_MR_ALLMULTI`.
      public static let allMulticast = Kind(rawValue: 2)
      /// Those for one other address. Kernel: `PACKET_MR_UNICAST`, since 2.6.36.
      public static let unicast = Kind(rawValue: 3)

      static let names = ["multicast", "promisc", "allmulti", "unicast"]
    }
  }

  /// Memory that a program shares with the kernel to receive or send packets without copies.
  ///
  /// Kernel: `struct packet_diag_ring`, linux/packet_diag.h.
  public struct Ring: Hashable, Sendable {
    /// Bytes in one block of contiguous memory. Kernel: `pdr_block_size`.
    public var blockBytes: UInt32 = 0
    /// The number of blocks. Kernel: `pdr_block_nr`.
    public var blockCount: UInt32 = 0
    /// Bytes in one frame, which holds one packet; in `TPACKET_V3` a packet may take more or less. Kernel:
    /// `pdr_frame_size`.
    public var frameBytes: UInt32 = 0
    /// The number of frames. Kernel: `pdr_frame_nr`.
    public var frameCount: UInt32 = 0
    /// After how many milliseconds the kernel passes on a block that is not full; 0 before `TPACKET_V3`. Kernel:
    /// `pdr_retire_tmo`.
    public var retireTimeoutMilliseconds: UInt32 = 0
    /// Bytes of the program's own at the start of each block. Kernel: `pdr_sizeof_priv`.
    public var privateBytes: UInt32 = 0
    /// Features of `TPACKET_V3`. Kernel: `pdr_features`, `TP_FT_*`.
    public var features: UInt32 = 0

    /// Creates an empty ring.
    public init() {}
  }

  /// A group of sockets that share the packets of an interface.
  ///
  /// The kernel reports neither the flags of a group nor its limit of members.
  ///
  /// Kernel: `PACKET_DIAG_FANOUT`; `PACKET_FANOUT_*`, linux/if_packet.h.
  public struct Fanout: Hashable, Sendable {
    /// The number of the group, unique within the network namespace.
    public var id: UInt16
    /// How the group chooses a socket for a packet.
    public var method: Method

    /// Creates a group from its parts.
    public init(id: UInt16, method: Method) {
      self.id = id
      self.method = method
    }

    /// How a group chooses a socket for a packet.
    ///
    /// Kernel: `PACKET_FANOUT_*`, linux/if_packet.h.
    public struct Method: RawRepresentable, Hashable, Sendable, Codable {
      /// The kernel's number.
      public let rawValue: UInt16

      /// Creates a method from the kernel's number.
      public init(rawValue: UInt16) { self.rawValue = rawValue }

      /// By a hash of addresses and ports. Kernel: `PACKET_FANOUT_HASH`.
      public static let hash = Method(rawValue: 0)
      /// One after the other. Kernel: `PACKET_FANOUT_LB`.
      public static let roundRobin = Method(rawValue: 1)

      /// The first six as `ss` prints them.
      static let names = ["hash", "lb", "cpu", "roll", "random", "qm", "cbpf", "ebpf"]
    }
  }

  /// The program that selects the packets of a socket.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Filter: Hashable, Sendable {
    /// A program of classic BPF, as `SO_ATTACH_FILTER` took it.
    case program([ClassicBPFInstruction])
    /// The kernel does not say whether there is a program: that needs CAP_NET_ADMIN in the socket's namespace.
    case hidden
  }
}

/// One instruction of a program of classic BPF.
///
/// Kernel: `struct sock_filter`, linux/filter.h.
public struct ClassicBPFInstruction: Hashable, Sendable {
  /// The operation. Kernel: `code`.
  public var code: UInt16
  /// Instructions to skip if a comparison is true. Kernel: `jt`.
  public var jumpIfTrue: UInt8
  /// Instructions to skip if it is false. Kernel: `jf`.
  public var jumpIfFalse: UInt8
  /// The operand. Kernel: `k`.
  public var operand: UInt32

  /// Creates an instruction from its parts.
  public init(code: UInt16, jumpIfTrue: UInt8, jumpIfFalse: UInt8, operand: UInt32) {
    self.code = code
    self.jumpIfTrue = jumpIfTrue
    self.jumpIfFalse = jumpIfFalse
    self.operand = operand
  }
}

extension ClassicBPFInstruction: CustomStringConvertible {
  /// The four numbers as `ss` and `tcpdump -ddd` order them. Allocates.
  public var description: String {
    let digits = String(code, radix: 16)
    return "0x\(digits.utf8.count < 2 ? "0" : "")\(digits) \(jumpIfTrue) \(jumpIfFalse) \(operand)"
  }
}

extension PacketSocket.Membership.Kind: CustomStringConvertible {
  /// The kind's name in `ip maddress` and other tools, or its number.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }

  /// Creates a kind from its name or its number.
  init?(name: String) {
    guard let number = UInt16(name: name, in: Self.names) else { return nil }
    self.init(rawValue: number)
  }
}

extension PacketSocket.Fanout.Method: CustomStringConvertible {
  /// The method's name as `ss` prints it, or its number.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }

  /// Creates a method from its name or its number.
  init?(name: String) {
    guard let number = UInt16(name: name, in: Self.names) else { return nil }
    self.init(rawValue: number)
  }
}

extension FixedWidthInteger {
  /// Creates a number from its name, at the index in a list, or from its digits.
  init?(name: some StringProtocol, in names: [String]) {
    if let index = names.firstIndex(where: { $0 == name }) {
      self.init(exactly: index)
    } else if name.utf8.allSatisfy(\.isDigit) {
      self.init(name)
    } else {
      return nil
    }
  }
}
