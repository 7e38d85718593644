internal import Czlib

/// Unpacks a gzip file piece by piece.
///
/// A gzip file may have several parts, one after another, as `cat a.gz b.gz` makes it. Zeros after the last part are
/// padding.
@safe
struct Gunzip: ~Copyable {
  /// What is wrong with a compressed file. Everything that was unpacked before is kept.
  enum Fault: Hashable, Sendable {
    /// The file ends before its data does.
    case cutShort
    /// The data or its checksum is wrong, with zlib's words for it.
    case damaged(String)
    /// Something that is not gzip follows.
    case trailingBytes
  }

  private enum Position { case start, inside, between, padding }

  /// On the heap, because zlib refuses a stream that was moved.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)
  private var position = Position.start
  private(set) var fault: Fault?

  /// The number of bytes that show whether a file is one of gzip.
  static let markByteCount = 2

  /// Whether bytes begin a gzip file.
  static func recognizes(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= markByteCount && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// Fails for lack of memory.
  init() throws(CommandFailure) {
    unsafe stream = .allocate(capacity: 1)
    // SAFETY: the memory is allocated, and deinit releases it.
    unsafe stream.initialize(to: z_stream())
    // 15 stands for the largest window, and 16 selects gzip.
    // SAFETY: a zeroed stream selects malloc. The stream stays at its address until inflateEnd.
    let code = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw CommandFailure(.system, "cannot unpack gzip: zlib failed with code \(code)") }
  }

  deinit {
    // SAFETY: init made the stream, and nothing uses it any more. After a failed inflateInit2_ it does nothing.
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Unpacks a piece, and appends the result to `output` until that has `limit` bytes or a little more. What was not
  /// unpacked stays in the piece. An empty piece gives what an earlier call left because of the limit.
  mutating func unpack(_ piece: inout ArraySlice<UInt8>, upTo limit: Int, into output: inout [UInt8]) {
    while fault == nil, output.count < limit {
      if position == .between || position == .padding { skipPadding(&piece) }
      guard fault == nil, !piece.isEmpty || position == .inside else { return }
      let (consumed, produced) = inflate(piece)
      piece = piece.dropFirst(consumed)
      output += buffer[..<produced]
      // With room left in the buffer, nothing waits to be unpacked.
      if piece.isEmpty, produced < buffer.count { return }
    }
  }

  /// States that the file has ended.
  mutating func finish() {
    if position == .inside, fault == nil { fault = .cutShort }
  }

  /// Finds the start of the next part.
  private mutating func skipPadding(_ piece: inout ArraySlice<UInt8>) {
    while let first = piece.first {
      if first == 0 {
        position = .padding
        piece = piece.dropFirst()
      } else {
        if position == .padding || first != 0x1f { fault = .trailingBytes }
        return
      }
    }
  }

  private mutating func inflate(_ piece: ArraySlice<UInt8>) -> (consumed: Int, produced: Int) {
    position = .inside
    // A piece has as many bytes as one read returns, far fewer than 2³².
    let count = UInt32(clamping: piece.count)
    let code: Int32
    let rest: (input: UInt32, output: UInt32)
    // SAFETY: both buffers outlive the call, and zlib keeps no pointer that it follows later: the next call sets both.
    (code, rest.input, rest.output) = unsafe piece.withUnsafeBufferPointer { input in
      unsafe buffer.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = count
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
        let code = unsafe Czlib.inflate(stream, Z_NO_FLUSH)
        return unsafe (code, stream.pointee.avail_in, stream.pointee.avail_out)
      }
    }
    switch code {
    // Z_BUF_ERROR: there is nothing to do until more bytes come.
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      position = .between
      // SAFETY: the stream is initialized. The call keeps its window and prepares for the next part.
      _ = unsafe inflateReset(stream)
    default:
      // SAFETY: zlib's messages are constant strings.
      fault = .damaged(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)")
    }
    return (Int(count - rest.input), buffer.count - Int(rest.output))
  }
}

extension Gunzip.Fault {
  /// The fault and the remedy.
  var explanation: String {
    switch self {
    case .cutShort: "the compressed file ends before its data does; copy or record it again"
    case .damaged(let message): "the compressed file is damaged (\(message)); copy or record it again"
    case .trailingBytes: "something that is not gzip follows the compressed data; it was ignored"
    }
  }
}
