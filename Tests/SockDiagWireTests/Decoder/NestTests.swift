import SockDiagWire
import Testing

/// Upper-layer protocols of a connection: attributes nested in an attribute.
@Suite struct NestTests {
  private func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] { MessageBuilder.attribute(type, payload) }
  private func nest(_ type: UInt16, _ attributes: [[UInt8]]) -> [UInt8] {
    MessageBuilder.attribute(type | 0x8000, attributes.flatMap { $0 })
  }

  @Test func kernelTLSIsRead() throws {
    let socket = try decode(
      .socket().nest(
        19,
        [
          attribute(1, Array("tls\0".utf8)),
          nest(
            2,
            [
              attribute(1, UInt16(0x0304).memory), attribute(2, UInt16(51).memory), attribute(3, UInt16(2).memory),
              attribute(4, UInt16(3).memory), attribute(5, []), attribute(6, []), attribute(7, UInt16(16384).memory),
              attribute(8, UInt16(9).memory),
            ]),
        ]))
    let upper = try #require(socket.upperLayerProtocol)
    #expect(upper.name == "tls")
    #expect(upper.mptcp == nil)
    let tls = try #require(upper.tls)
    #expect(tls.version == 0x0304)
    #expect(tls.cipher == 51)
    #expect(tls.sendConfiguration == 2)
    #expect(tls.receiveConfiguration == 3)
    #expect(tls.isZeroCopySend)
    #expect(tls.isReceiveUnpadded)
    #expect(tls.maximumSendPayloadBytes == 16384)
    #expect(tls.unknown == [UnknownAttribute(type: 8, payload: UInt16(9).memory)])
  }

  @Test func mptcpSubflowIsRead() throws {
    let socket = try decode(
      .socket().nest(
        19,
        [
          attribute(1, Array("mptcp\0".utf8)),
          nest(
            3,
            [
              attribute(1, UInt32(1).memory), attribute(2, UInt32(2).memory), attribute(3, UInt32(3).memory),
              attribute(11, []), attribute(4, UInt64.max.memory), attribute(5, UInt32(5).memory),
              attribute(6, UInt32(6).memory), attribute(7, UInt16(7).memory), attribute(8, UInt32(8).memory),
              attribute(9, [9]), attribute(10, [10]), attribute(77, [1, 2]),
            ]),
        ]))
    let subflow = try #require(socket.upperLayerProtocol?.mptcp)
    #expect(subflow.remoteToken == 1)
    #expect(subflow.localToken == 2)
    #expect(subflow.relativeWriteSequence == 3)
    #expect(subflow.mapSequence == .max)
    #expect(subflow.mapSubflowSequence == 5)
    #expect(subflow.subflowSequenceOffset == 6)
    #expect(subflow.mapByteCount == 7)
    #expect(subflow.flags == 8)
    #expect(subflow.remoteAddressID == 9)
    #expect(subflow.localAddressID == 10)
    #expect(subflow.unknown == [UnknownAttribute(type: 77, payload: [1, 2])])
  }

  @Test func unknownLayerIsKept() throws {
    let socket = try decode(
      .socket().nest(19, [attribute(1, Array("smc\0".utf8)), attribute(9, [1, 2, 3])]))
    #expect(socket.upperLayerProtocol?.name == "smc")
    #expect(socket.upperLayerProtocol?.unknown == [UnknownAttribute(type: 9, payload: [1, 2, 3])])
  }

  @Test func numbersOfWrongLengthInNestsAreKept() throws {
    let socket = try decode(
      .socket().nest(19, [nest(2, [attribute(1, [4])]), nest(3, [attribute(4, [1, 2, 3, 4])])]))
    #expect(socket.upperLayerProtocol?.tls?.version == nil)
    #expect(socket.upperLayerProtocol?.tls?.unknown == [UnknownAttribute(type: 1, payload: [4])])
    #expect(socket.upperLayerProtocol?.mptcp?.mapSequence == nil)
    #expect(socket.upperLayerProtocol?.mptcp?.unknown == [UnknownAttribute(type: 4, payload: [1, 2, 3, 4])])
  }

  /// A fault inside a nest is reported with its offset, and the attributes before the nest are decoded.
  @Test func faultInsideANestIsReportedWithItsOffset() throws {
    let (socket, fault) = try decodeWithFault(
      .socket().attribute(15, 5).nest(
        19, [attribute(1, Array("tls\0".utf8)), MessageBuilder.attribute(2, [0, 0, 0, 0], claimedLength: 2)]))
    #expect(socket.mark == 5)
    #expect(fault?.code == .attributeLength)
    #expect(fault?.offset == 16 + 72 + 8 + 4 + 8)
  }

  @Test func emptyNestIsALayerWithoutAName() throws {
    #expect(try decode(.socket().nest(19, [])).upperLayerProtocol?.name == nil)
    #expect(try decode(.socket().nest(19, [])).upperLayerProtocol != nil)
  }
}
