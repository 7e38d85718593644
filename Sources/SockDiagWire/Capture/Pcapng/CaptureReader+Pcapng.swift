extension CaptureReader {
  /// Checks the first blocks of a pcapng file.
  ///
  /// - Throws: ``WireError`` if it is damaged, or if the bytes describe interfaces and none of them is netlink. A file
  ///   may have more interfaces further on, so give as many bytes as there are.
  static func checkPcapng(_ bytes: Span<UInt8>) throws(WireError) {
    var section = try PcapngSection(try PcapngBlock(at: 0, in: bytes, isSwapped: false), in: bytes)
    var other: WireError?
    var offset = 0
    while offset < bytes.count, let block = try? PcapngBlock(at: offset, in: bytes, isSwapped: section.words.isSwapped),
      !block.isCut
    {
      offset = block.end
      if block.type == PcapngBlock.Kind.section {
        guard let next = try? PcapngSection(block, in: bytes) else { break }
        section = next
      }
      guard block.type == PcapngBlock.Kind.interface,
        let interface = try? PcapngInterface(block.body, in: bytes, section.words)
      else { continue }
      if interface.isNetlink { return }
      other = other ?? .wrongLinkType(UInt32(interface.linkType), at: block.body.lowerBound)
    }
    if let other { throw other }
  }

  /// The next netlink packet of a pcapng file. Packets of other interfaces are skipped.
  mutating func nextPcapngPacket(in bytes: Span<UInt8>) throws(WireError) -> CapturePacket? {
    while offset < bytes.count {
      let block: PcapngBlock
      do throws(WireError) {
        block = try PcapngBlock(at: offset, in: bytes, isSwapped: section.words.isSwapped)
      } catch {
        throw fail(error)
      }
      offset = block.end
      let packet: PcapngSection.Packet?
      do throws(WireError) {
        packet = try section.packet(block, in: bytes)
      } catch {
        throw block.isCut ? fail(cut(block, in: bytes)) : error
      }
      if let packet {
        if block.isCut { failLater(cut(block, in: bytes)) }
        guard packet.interface.isNetlink else {
          if let failure = takePendingFailure() { throw failure }
          continue
        }
        return try netlinkPacket(packet, of: block, in: bytes)
      }
      guard !block.isCut else { throw fail(cut(block, in: bytes)) }
      do throws(WireError) {
        switch block.type {
        case PcapngBlock.Kind.section: section = try PcapngSection(block, in: bytes)
        case PcapngBlock.Kind.interface:
          section.interfaces.append(try PcapngInterface(block.body, in: bytes, section.words))
        default: break
        }
      } catch {
        // Without the description, the packets that follow cannot be attributed.
        throw fail(error)
      }
    }
    return nil
  }

  private mutating func netlinkPacket(
    _ packet: PcapngSection.Packet, of block: PcapngBlock, in bytes: Span<UInt8>
  ) throws(WireError) -> CapturePacket {
    guard packet.data.count >= Pcap.cookedHeaderByteCount else {
      if let failure = takePendingFailure() { throw failure }
      throw WireError(
        .packetLength, at: block.body.lowerBound,
        "a packet claims \(packet.capturedByteCount) bytes, but its header has 16")
    }
    return Self.packet(
      packet.data, in: bytes, timestamp: packet.timestamp,
      isTruncated: max(packet.capturedByteCount, packet.originalByteCount) > packet.data.count)
  }

  private func cut(_ block: PcapngBlock, in bytes: Span<UInt8>) -> WireError {
    let start = block.body.lowerBound &- 8
    return WireError(
      .cutShort, at: bytes.count, Self.cut("block", block.claimedByteCount, bytes.count &- start))
  }
}

extension PcapngInterface {
  /// Whether its packets are netlink datagrams behind the cooked header.
  var isNetlink: Bool { UInt32(linkType) == Pcap.netlinkLinkType }
}
