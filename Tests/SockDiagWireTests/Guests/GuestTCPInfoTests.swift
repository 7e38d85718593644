import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// `tcp_info` has a different length in each kernel.
@Suite struct GuestTCPInfoTests {
  /// The length of the structure, in bytes.
  private static let lengths = ["5.10": 232, "6.1": 232, "6.12": 248, "7.2": 280]

  private static func width(_ width: TCPInfo.Width) -> Int {
    switch width {
    case .u8, .lowNibble, .highNibble, .lowBit, .nextTwoBits: 1
    case .u16: 2
    case .u32: 4
    case .u64: 8
    }
  }

  @Test(arguments: Guest.all) func membersBeyondTheLengthAreAbsent(_ guest: Guest) throws {
    let length = try #require(Self.lengths[guest.version], "a length for \(guest.version)")
    let covered = Set(TCPInfo.fields.filter { $0.offset + Self.width($0.width) <= length }.map(\.key))
    let all = Set(TCPInfo.fields.map(\.key))
    let infos = try guest.sockets("tcp", for: .ss).compactMap(\.inet).compactMap { socket in
      socket.tcpInfo.map { (socket, $0) }
    }
    #expect(infos.count > 50)
    for (socket, info) in infos {
      #expect(info.byteCount == length)
      #expect(info.tail.isEmpty)
      var text: [UInt8] = []
      CapturedSocket.inet(socket).appendJSON(to: &text)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
      let members = try #require(object["tcp_info"] as? [String: Any])
      #expect(Set(members.keys).intersection(all) == covered)
    }
  }

  @Test func everyAgeOfTheStructureIsThere() {
    #expect(Set(Guest.all.map(\.version)) == Set(Self.lengths.keys))
  }
}
