extension SMCSocket {
  /// The buffers of a connection, and how far they were used.
  ///
  /// Kernel: `struct smc_diag_conninfo`, linux/smc_diag.h.
  public struct Connection: Hashable, Sendable {
    /// The connection's number on this side. Kernel: `token`.
    public var token: UInt32 = 0
    /// Bytes of the send buffer. Kernel: `sndbuf_size`.
    public var sendBufferBytes: UInt32 = 0
    /// Bytes of the receive buffer, into which the peer writes. Kernel: `rmbe_size`.
    public var receiveBufferBytes: UInt32 = 0
    /// Bytes of the peer's receive buffer, into which this side writes. Kernel: `peer_rmbe_size`.
    public var peerReceiveBufferBytes: UInt32 = 0
    /// How far the peer has written, as this side heard it. Kernel: `rx_prod`.
    public var receivedProducer = Cursor()
    /// How far the peer has read, as this side heard it. Kernel: `rx_cons`.
    public var receivedConsumer = Cursor()
    /// How far this side has written, as it told the peer. Kernel: `tx_prod`.
    public var sentProducer = Cursor()
    /// How far this side has read, as it told the peer. Kernel: `tx_cons`.
    public var sentConsumer = Cursor()
    /// Flags of the peer as a producer. Kernel: `rx_prod_flags`, `struct smc_cdc_producer_flags`.
    public var receivedProducerFlags: UInt8 = 0
    /// Flags of the peer about the connection. Kernel: `rx_conn_state_flags`, `struct smc_cdc_conn_state_flags`.
    public var receivedStateFlags: UInt8 = 0
    /// Flags of this side as a producer. Kernel: `tx_prod_flags`.
    public var sentProducerFlags: UInt8 = 0
    /// Flags of this side about the connection. Kernel: `tx_conn_state_flags`.
    public var sentStateFlags: UInt8 = 0
    /// How far data was prepared in the send buffer. Kernel: `tx_prep`.
    public var prepared = Cursor()
    /// How far data was handed to the device. Kernel: `tx_sent`.
    public var sent = Cursor()
    /// How far the device confirmed it. Kernel: `tx_fin`.
    public var confirmed = Cursor()

    /// Creates an empty connection.
    public init() {}
  }

  /// A place in a ring buffer.
  ///
  /// Kernel: `struct smc_diag_cursor`, linux/smc_diag.h.
  public struct Cursor: Hashable, Sendable {
    /// How many times the buffer was used from its start to its end, modulo 65,536. Kernel: `wrap`.
    public var wraps: UInt16
    /// The offset in the buffer. Kernel: `count`.
    public var offset: UInt32

    /// Creates a place from its parts.
    public init(wraps: UInt16 = 0, offset: UInt32 = 0) {
      self.wraps = wraps
      self.offset = offset
    }
  }

  /// A link between two RDMA devices.
  ///
  /// Kernel: `struct smc_diag_lgrinfo`, `struct smc_diag_linkinfo`, linux/smc_diag.h.
  public struct Link: Hashable, Sendable {
    /// The number of the link. Kernel: `link_id`.
    public var id: UInt8 = 0
    /// The name of the RDMA device. Kernel: `ibname`.
    public var device = ""
    /// The port of the device. Kernel: `ibport`.
    public var port: UInt8 = 0
    /// The global id of the device. Kernel: `gid`.
    public var localGID = ""
    /// The global id of the peer's device. Kernel: `peer_gid`.
    public var peerGID = ""
    /// Whether this side connected (0) or accepted (1). Kernel: `role`.
    public var role: UInt8 = 0

    /// Creates an empty link.
    public init() {}
  }

  /// Memory of an ISM device.
  ///
  /// Kernel: `struct smcd_diag_dmbinfo`, linux/smc_diag.h.
  public struct MemoryBuffer: Hashable, Sendable {
    /// The number of the link. Kernel: `linkid`.
    public var linkID: UInt32 = 0
    /// The global id of the peer's device. Kernel: `peer_gid`.
    public var peerGID: UInt64 = 0
    /// The global id of the device. Kernel: `my_gid`.
    public var localGID: UInt64 = 0
    /// The number of the memory into which the peer writes. Kernel: `token`.
    public var token: UInt64 = 0
    /// The number of the peer's memory. Kernel: `peer_token`.
    public var peerToken: UInt64 = 0
    /// The second halves of the global ids of emulated devices. Kernel: `peer_gid_ext`, `my_gid_ext`, since 6.8.
    public var extensions: Extensions?

    /// Creates an empty memory.
    public init() {}

    /// The second halves of global ids.
    public struct Extensions: Hashable, Sendable {
      /// That of the peer's device. Kernel: `peer_gid_ext`.
      public var peerGID: UInt64
      /// That of the device. Kernel: `my_gid_ext`.
      public var localGID: UInt64

      /// Creates halves.
      public init(peerGID: UInt64, localGID: UInt64) {
        self.peerGID = peerGID
        self.localGID = localGID
      }
    }
  }
}
