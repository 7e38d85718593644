internal import Glibc
public import SockDiagWire
internal import Synchronization

/// Writes the datagrams between inspectors and the kernel into a capture.
///
/// Each datagram is written before it is decoded, so if the program dies, the capture contains everything up to then.
/// One recorder can serve several inspectors, on several threads.
///
/// A request must not fail because its recording fails, so errors are kept: ``finish()`` throws the first one, and
/// ``failure`` shows it earlier.
public final class SocketRecorder: Sendable {
  private struct State: ~Copyable {
    var file: RecordingFile?
    /// A packet and its headers, so that one call writes them; reused.
    var buffer: [UInt8] = []
    var failure: SockDiagError?
    var recording = Recording()

    mutating func write(_ byteCount: Int) {
      guard failure == nil, file != nil else { return }
      do throws(SockDiagError) {
        try file?.write(buffer)
        recording.packets += 1
        recording.byteCount += byteCount
      } catch {
        failure = error
      }
    }
  }

  private let writer: CaptureWriter
  private let state: Mutex<State>

  /// Creates a capture.
  ///
  /// - Parameters:
  ///   - path: The file. Only its owner may read it.
  ///   - overwriting: Whether an existing file may be replaced.
  ///   - resolution: The resolution of packet times.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/system``, and errno `EEXIST` if the file exists.
  public convenience init(
    creating path: String, overwriting: Bool = false, resolution: CaptureWriter.Resolution = .nanoseconds
  ) throws(SockDiagError) {
    try self.init(try RecordingFile(creating: path, overwriting: overwriting), resolution)
  }

  /// Starts a capture on a descriptor, such as that of a pipe. The descriptor stays with the caller.
  ///
  /// A pipe whose reader has closed it raises `SIGPIPE`, as for any writer; a program that ignores the signal gets
  /// `EPIPE`.
  ///
  /// - Parameters:
  ///   - descriptor: The descriptor to write to.
  ///   - name: The name of the descriptor in errors.
  ///   - resolution: The resolution of packet times.
  public convenience init(
    descriptor: Int32, name: String, resolution: CaptureWriter.Resolution = .nanoseconds
  ) throws(SockDiagError) {
    try self.init(try RecordingFile(copying: descriptor, name: name), resolution)
  }

  private init(_ file: consuming RecordingFile, _ resolution: CaptureWriter.Resolution) throws(SockDiagError) {
    writer = CaptureWriter(resolution: resolution)
    var header: [UInt8] = []
    writer.appendFileHeader(to: &header)
    try file.write(header)
    state = Mutex(State(file: consume file))
  }

  /// The first error. Nothing is written after it.
  public var failure: SockDiagError? { state.withLock { $0.failure } }

  /// Writes a datagram with the current time.
  public func record(_ datagram: Span<UInt8>, _ direction: CaptureDirection) {
    let time = Self.now
    state.withLock { state in
      state.buffer.removeAll(keepingCapacity: true)
      writer.append(datagram, direction: direction, timestamp: time, to: &state.buffer)
      state.write(datagram.count)
    }
  }

  /// Closes the capture. Later datagrams are not recorded.
  ///
  /// - Returns: The size of the capture.
  /// - Throws: The first error of the recording. Everything written before it is in the file and can be read.
  @discardableResult
  public func finish() throws(SockDiagError) -> Recording {
    let (recording, failure) = state.withLock { state in
      let file = state.file.take()
      do throws(SockDiagError) { try file?.finish() } catch { state.failure = state.failure ?? error }
      return (state.recording, state.failure)
    }
    if let failure { throw failure }
    return recording
  }

  private static var now: Duration {
    var time = timespec()
    // SAFETY: the call fills the structure and keeps nothing.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }
}

/// The size of a capture.
public struct Recording: Hashable, Sendable {
  /// Datagrams written.
  public var packets = 0
  /// Their bytes, without the headers of the file.
  public var byteCount = 0

  /// Creates an empty recording.
  public init() {}
}

extension SocketInspector {
  /// Passes all datagrams between this inspector and the kernel to a recorder, or to none.
  ///
  /// `/proc/net` is not read meanwhile: if the kernel lacks a handler, a query fails. The few requests by which the
  /// inspector detects the kernel's capabilities are not recorded.
  public mutating func record(with recorder: SocketRecorder?) {
    guard let recorder else {
      reader.conversation.observer = nil
      return
    }
    reader.conversation.observer = { direction, datagram in
      recorder.record(datagram, direction == .request ? .toKernel : .toUser)
    }
  }

  /// Records all datagrams that `body` makes this inspector send and receive.
  ///
  /// - Parameters:
  ///   - path: The file to create.
  ///   - overwriting: Whether an existing file may be replaced.
  ///   - body: The work to record.
  /// - Throws: ``SockDiagError`` if the capture cannot be created or written completely, or the error of `body`.
  public mutating func recording<Result>(
    to path: String, overwriting: Bool = false, _ body: (inout SocketInspector) throws -> Result
  ) throws -> Result {
    let recorder = try SocketRecorder(creating: path, overwriting: overwriting)
    let previous = reader.conversation.observer
    record(with: recorder)
    defer { reader.conversation.observer = previous }
    let result = try body(&self)
    try recorder.finish()
    return result
  }
}
