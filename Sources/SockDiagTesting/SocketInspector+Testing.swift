public import SockDiag

extension SocketInspector {
  /// An inspector that asks a simulated kernel. It never reads `/proc/net`: where the kernel lacks a handler, a query throws.
  public init(asking kernel: SimulatedKernel) {
    self.init(standIn: SimulatedSocket(kernel))
  }

  /// An inspector that answers from these sockets.
  public init(answering sockets: [InetSocket]) {
    self.init(asking: SimulatedKernel(sockets))
  }

  /// An inspector that answers from the sockets of a capture: pcap, or the messages that `ss -D` writes.
  ///
  /// - Throws: `WireError` if the bytes are no capture.
  public init(replaying capture: Span<UInt8>) throws(WireError) {
    self.init(asking: try SimulatedKernel(replaying: capture))
  }
}
