import SockDiagWire

/// pcapng files with one defect each.
extension MalformedCapture {
  private static let ng = PcapngBuilder().request(.request(.tcp)).packet(first, second)
  private static let end = PcapngBuilder.cooked(MessageBuilder.done().padded)

  static let pcapngs: [MalformedCapture] = [
    .init(
      name: "pcapng-cut-in-section-header.pcapng", defect: "20 of the 28 bytes of the header of the section",
      bytes: Array(PcapngBuilder().bytes.prefix(20)), outcome: .refused(.cutShort, 20, "section")),
    .init(
      name: "pcapng-version-2.pcapng", defect: "version 2 of pcapng", bytes: PcapngBuilder.section(version: 2).bytes,
      outcome: .refused(.unknownFormat, 12, "version 2")),
    .init(
      name: "pcapng-without-byte-order.pcapng", defect: "the section does not state its byte order",
      bytes: Array(PcapngBuilder().bytes.prefix(8)) + [1, 2, 3, 4] + PcapngBuilder().bytes.dropFirst(12),
      outcome: .refused(.unknownFormat, 8, "byte order")),
    .init(
      name: "pcapng-section-header-short.pcapng", defect: "the header of the section has 8 bytes of 16",
      bytes: Array(PcapngBuilder.section().bytes.prefix(4)) + UInt32(20).memory + UInt32(0x1a2b_3c4d).memory
        + UInt32(1).memory + UInt32(20).memory,
      outcome: .refused(.structureLength, 8, "8 bytes")),
    .init(
      name: "pcapng-ethernet-interface.pcapng", defect: "the only interface is a network device",
      bytes: PcapngBuilder.section().interface(linkType: 1).packet(first).bytes,
      outcome: .refused(.linkType, 36, "link type 1 (Ethernet)")),
    .init(
      name: "pcapng-cut-in-block-header.pcapng", defect: "the file ends inside the header of the third packet",
      bytes: ng.bytes + ng.packet(.done()).bytes.dropFirst(ng.bytes.count).prefix(7),
      outcome: .decoded(sockets: 2, failure: (.cutShort, ng.bytes.count))),
    .init(
      name: "pcapng-cut-in-packet.pcapng", defect: "the file ends inside the last attribute of the second socket",
      bytes: Array(ng.bytes.dropLast(4 + 2)), outcome: .decoded(sockets: 2, failure: (.cutShort, ng.bytes.count - 6))),
    .init(
      name: "pcapng-cut-in-interface.pcapng", defect: "the file ends inside the description of the interface",
      bytes: Array(PcapngBuilder().bytes.dropLast(5)),
      outcome: .decoded(sockets: 0, failure: (.cutShort, PcapngBuilder().bytes.count - 5))),
    .init(
      name: "pcapng-interface-short.pcapng", defect: "the description of the interface has 4 bytes of 8",
      bytes: PcapngBuilder.section().block(1, [253, 0, 0, 0]).packet(first).bytes,
      outcome: .decoded(sockets: 0, failure: (.structureLength, 36))),
    .init(
      name: "pcapng-block-length-8.pcapng", defect: "the third packet's block claims less than its lengths have",
      bytes: ng.block(6, [], length: 8).bytes,
      outcome: .decoded(sockets: 2, failure: (.blockLength, ng.bytes.count + 4))),
    .init(
      name: "pcapng-block-length-maximum.pcapng", defect: "the third packet's block claims 4,294,967,295 bytes",
      bytes: ng.block(6, [UInt8](repeating: 0, count: 8), length: .max).bytes,
      outcome: .decoded(sockets: 2, failure: (.cutShort, ng.bytes.count + 20))),
    .init(
      name: "pcapng-block-lengths-differ.pcapng", defect: "the third packet's block has two lengths",
      bytes: ng.block(6, [UInt8](repeating: 0, count: 20) + end, lengthAtEnd: 64).bytes,
      outcome: .decoded(
        sockets: 2, failure: (.blockLength, ng.block(6, [UInt8](repeating: 0, count: 20) + end).bytes.count - 4))),
    .init(
      name: "pcapng-packet-length-beyond-block.pcapng", defect: "the first packet claims more than its block has",
      bytes: PcapngBuilder().packet(second.padded, claimedLength: 4000).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.packetLength, PcapngBuilder().bytes.count + 20)])),
    .init(
      name: "pcapng-packet-block-short.pcapng", defect: "the first packet's block has 8 bytes of 20",
      bytes: PcapngBuilder().block(6, [UInt8](repeating: 0, count: 8)).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.packetLength, PcapngBuilder().bytes.count + 8)])),
    .init(
      name: "pcapng-packet-shorter-than-its-header.pcapng", defect: "the first packet has 8 bytes",
      bytes: PcapngBuilder().block(
        6, [UInt8](repeating: 0, count: 12) + UInt32(8).memory + UInt32(8).memory + [0, 6, 3, 56, 0, 0, 0, 0]
      ).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.packetLength, PcapngBuilder().bytes.count + 8)])),
    .init(
      name: "pcapng-packet-of-unknown-interface.pcapng", defect: "the first packet is of an interface that is missing",
      bytes: PcapngBuilder().packet(second.padded, interface: 1).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.unknownInterface, PcapngBuilder().bytes.count + 8)])),
    .init(
      name: "pcapng-option-length-beyond-block.pcapng", defect: "an option of the interface claims 65,535 bytes",
      bytes: PcapngBuilder.section().block(
        1, UInt16(253).memory + [0, 0, 0, 0, 0, 0] + UInt16(9).memory + UInt16.max.memory
      ).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1)),
  ]
}
