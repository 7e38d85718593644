internal import Glibc

/// Reads a descriptor, and unpacks what it reads if that is a gzip file.
struct CaptureInput: ~Copyable {
  private let descriptor: Int32
  /// The name of the file in messages.
  private let name: String
  private var piece = [UInt8](repeating: 0, count: 1 << 18)
  private var isStarted = false
  private var gunzip: Gunzip?
  /// The bytes of a compressed file that were read and not unpacked yet.
  private var packed: ArraySlice<UInt8> = []

  /// The caller closes the descriptor.
  init(_ descriptor: Int32, _ name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Whether the file is compressed, as far as it was read.
  var isCompressed: Bool { gunzip != nil }

  /// What is wrong with a compressed file, as far as it was read.
  var fault: Gunzip.Fault? {
    switch gunzip {
    case .some(let gunzip): gunzip.fault
    case nil: nil
    }
  }

  /// Reads until `bytes` has `limit` bytes or the input ends. Of a compressed file it may be a little more.
  mutating func read(upTo limit: Int, into bytes: inout [UInt8]) throws(CommandFailure) {
    while bytes.count < limit, fault == nil {
      if !packed.isEmpty {
        gunzip?.unpack(&packed, upTo: limit, into: &bytes)
        continue
      }
      // Otherwise the next read would copy the piece, which the empty slice shares.
      packed = []
      var count = try readPiece(upTo: isCompressed ? piece.count : limit - bytes.count)
      if count == 0 {
        gunzip?.unpack(&packed, upTo: limit, into: &bytes)
        gunzip?.finish()
        return
      }
      if !isStarted {
        isStarted = true
        // The first read from a pipe may have a single byte.
        while count < Gunzip.markByteCount {
          let more = try readPiece(after: count, upTo: limit)
          if more == 0 { break }
          count += more
        }
        if Gunzip.recognizes(piece.span.extracting(0..<count)) { gunzip = try Gunzip() }
      }
      if isCompressed {
        packed = piece[..<count]
      } else {
        bytes += piece[..<count]
      }
    }
  }

  /// Reads once into the piece, behind so many bytes of it, and waits if there is nothing yet. Returns 0 at the end.
  private mutating func readPiece(after offset: Int = 0, upTo limit: Int) throws(CommandFailure) -> Int {
    let wanted = max(min(piece.count, limit) - offset, 0)
    while true {
      // SAFETY: the piece has the bytes behind the offset that read may write, during the call.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress?.advanced(by: offset), wanted)
      }
      if count >= 0 { return count }
      if errno == EAGAIN {
        Descriptors.wait(descriptor, for: POLLIN)
      } else if errno != EINTR {
        throw CaptureFile.unreadable(name, errno)
      }
    }
  }
}
