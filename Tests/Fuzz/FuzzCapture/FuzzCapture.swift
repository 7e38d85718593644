import SockDiagWire

/// A capture file, from its first byte to its last.
@c(LLVMFuzzerTestOneInput)
public func fuzzCapture(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: count).span
  guard let reader = try? CaptureReader(bytes) else { return 0 }
  var decoder = CaptureDecoder(reader, faultLimit: 4)
  var sockets = 0
  let summary = decoder.forEach(in: bytes) { socket, packet in
    if case .unknown(let record) = socket {
      precondition(!record.payload.isEmpty)
    } else {
      sockets += 1
    }
    precondition(packet.range.lowerBound >= 0 && packet.range.upperBound <= count)
  }
  precondition(summary.sockets == sockets)
  precondition(summary.faults.count <= 4 && summary.faults.count <= summary.faultCount)
  precondition(summary.faults.allSatisfy { $0.offset >= 0 && $0.offset <= count })
  return 0
}
