import SockDiagWire

/// A nest of attributes under construction.
private struct Nest {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ type: UInt16, _ payload: [UInt8]?) {
    if let payload { bytes += NetlinkBytes.attribute(type, payload) }
  }

  mutating func append(_ type: UInt16, _ number: (some FixedWidthInteger)?) {
    append(type, number.map { NetlinkBytes.number($0) })
  }

  mutating func append(_ attributes: [UnknownAttribute]) {
    for attribute in attributes { append(attribute.type, attribute.payload) }
  }
}

extension UpperLayerProtocol {
  /// Kernel: `INET_ULP_INFO_*`, linux/inet_diag.h.
  var bytes: [UInt8] {
    var nest = Nest()
    nest.append(1, name.map { Array($0.utf8) + [0] })
    nest.append(2, tls?.bytes)
    nest.append(3, mptcp?.bytes)
    nest.append(unknown)
    return nest.bytes
  }
}

extension TLSInfo {
  /// Kernel: `TLS_INFO_*`, linux/tls.h.
  fileprivate var bytes: [UInt8] {
    var nest = Nest()
    nest.append(1, version)
    nest.append(2, cipher)
    nest.append(3, sendConfiguration)
    nest.append(4, receiveConfiguration)
    if isZeroCopySend { nest.append(5, []) }
    if isReceiveUnpadded { nest.append(6, []) }
    nest.append(7, maximumSendPayloadBytes)
    nest.append(unknown)
    return nest.bytes
  }
}

extension MPTCPSubflow {
  /// Kernel: `MPTCP_SUBFLOW_ATTR_*`, linux/mptcp.h.
  fileprivate var bytes: [UInt8] {
    var nest = Nest()
    nest.append(1, remoteToken)
    nest.append(2, localToken)
    nest.append(3, relativeWriteSequence)
    nest.append(4, mapSequence)
    nest.append(5, mapSubflowSequence)
    nest.append(6, subflowSequenceOffset)
    nest.append(7, mapByteCount)
    nest.append(8, flags)
    nest.append(9, remoteAddressID)
    nest.append(10, localAddressID)
    nest.append(unknown)
    return nest.bytes
  }
}
