public import SockDiag

extension SocketInspector {
  /// An inspector that asks a simulated kernel. It never reads `/proc/net`: where the kernel lacks a handler, a query throws.
  public init(asking kernel: SimulatedKernel) {
    self.init(standIn: SimulatedSocket(kernel))
  }

  /// The same, but where the kernel lacks a handler it reads the tables below a folder that stands for `/proc`.
  public init(asking kernel: SimulatedKernel, procRoot: String) {
    self.init(standIn: SimulatedSocket(kernel), procRoot: procRoot)
  }

  /// An inspector that answers from these sockets.
  public init(answering sockets: [InetSocket]) {
    self.init(asking: SimulatedKernel(sockets))
  }

  /// An inspector that answers from the sockets of a capture: pcap, pcapng, or the messages that `ss -D` writes.
  ///
  /// - Throws: `WireError` if the bytes are no capture.
  public init(replaying capture: Span<UInt8>) throws(WireError) {
    self.init(asking: try SimulatedKernel(replaying: capture))
  }
}
