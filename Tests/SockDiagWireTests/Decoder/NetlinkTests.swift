import SockDiagWire
import Testing

/// The messages of a datagram, and the messages that end a reply.
@Suite struct NetlinkTests {
  private func messages(_ bytes: [UInt8]) throws -> [NetlinkCursor.Message] {
    var cursor = NetlinkCursor(0..<bytes.count)
    var messages: [NetlinkCursor.Message] = []
    while let message = try cursor.next(in: bytes.span) { messages.append(message) }
    return messages
  }

  @Test func messagesAreAlignedToFourBytes() throws {
    let bytes =
      MessageBuilder(payload: [1]).padded + MessageBuilder(payload: [1, 2, 3, 4]).padded
      + MessageBuilder(type: 3, payload: []).padded
    let messages = try messages(bytes)
    #expect(messages.map(\.payload) == [16..<17, 36..<40, 56..<56])
    #expect(messages.map(\.header.type) == [.sockDiagByFamily, .sockDiagByFamily, .done])
    #expect(messages[0].header.flags == .multipart)
    #expect(messages[0].header.sequence == 7)
    #expect(messages[0].header.portID == 4711)
  }

  @Test func lastMessageMayLackItsPadding() throws {
    #expect(try messages(MessageBuilder(payload: [1, 2, 3]).bytes).map(\.payload) == [16..<19])
  }

  @Test func emptyDatagramHasNoMessage() throws { #expect(try messages([]).isEmpty) }

  @Test(arguments: [0, 1, 15, 21, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
  func impossibleLengthIsReported(length: UInt32) throws {
    let good = MessageBuilder(payload: [1, 2, 3, 4]).padded
    let bytes = good + MessageBuilder(claimedLength: length, payload: [1, 2, 3, 4]).padded
    var cursor = NetlinkCursor(0..<bytes.count)
    _ = try cursor.next(in: bytes.span)
    for _ in 0..<2 {
      #expect { _ = try cursor.next(in: bytes.span) } throws: {
        ($0 as? WireError)?.code == .messageLength && ($0 as? WireError)?.offset == 20
      }
    }
  }

  @Test(arguments: 1..<16) func truncatedHeaderIsReported(count: Int) {
    #expect { try messages(Array(MessageBuilder().bytes.prefix(count))) } throws: {
      ($0 as? WireError)?.code == .messageLength
    }
  }

  private func verdict(done payload: [UInt8], flags: NetlinkFlags = []) -> NetlinkVerdict {
    NetlinkVerdict(done: 0..<payload.count, flags: flags, in: payload.span)
  }

  private func verdict(error payload: [UInt8], flags: NetlinkFlags = []) throws -> NetlinkVerdict {
    try NetlinkVerdict(error: 0..<payload.count, flags: flags, in: payload.span)
  }

  @Test func doneMessageCarriesAnErrno() {
    #expect(verdict(done: []).errno == 0)
    #expect(verdict(done: [0, 0]).errno == 0)
    #expect(verdict(done: Int32(0).memory).errno == 0)
    #expect(verdict(done: Int32(-2).memory).errno == 2)
  }

  @Test func impossibleErrnoDoesNotOverflow() {
    #expect(verdict(done: Int32.min.memory).errno == .max)
    #expect(verdict(done: Int32(5).memory).errno == 5)
  }

  @Test func messageTextOfTheKernelIsRead() throws {
    let words = MessageBuilder.attribute(1, Array("unsupported\0".utf8)) + MessageBuilder.attribute(2, 24.asU32)
    let header = MessageBuilder(type: 20, payload: []).bytes
    let capped = try verdict(
      error: Int32(-22).memory + header + words, flags: [.capped, .extendedAcknowledgement])
    #expect(capped.errno == 22)
    #expect(capped.message == "unsupported")
    #expect(capped.requestOffset == 24)
    // Not capped: the whole request precedes the text.
    let request = MessageBuilder.request(.tcp).padded
    let whole = try verdict(error: Int32(-22).memory + request + words, flags: .extendedAcknowledgement)
    #expect(whole.message == "unsupported")
    // Without the flag, the following bytes are not an attribute.
    #expect(try verdict(error: Int32(-22).memory + header + words).message == nil)
    #expect(verdict(done: Int32(-22).memory + words).message == nil)
    #expect(verdict(done: Int32(-22).memory + words, flags: .extendedAcknowledgement).message == "unsupported")
  }

  @Test(arguments: [0, 3, 15, 1000, 0xffff_ffff] as [UInt32])
  func damagedMessageTextDoesNotHideTheErrno(length: UInt32) throws {
    let header = MessageBuilder(claimedLength: length, payload: []).bytes
    let verdict = try verdict(error: Int32(-1).memory + header + [3, 0], flags: .extendedAcknowledgement)
    #expect(verdict == (try self.verdict(error: Int32(-1).memory + MessageBuilder(payload: []).bytes)))
  }

  @Test(arguments: 0..<20) func truncatedErrorMessageIsRefused(count: Int) {
    #expect { try verdict(error: [UInt8](repeating: 0, count: count)) } throws: {
      ($0 as? WireError)?.code == .structureLength
    }
  }
}

extension Int {
  fileprivate var asU32: [UInt8] { UInt32(self).memory }
}
