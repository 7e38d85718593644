import Glibc
import SockDiagWire
import Synchronization
import Testing

@testable import SockDiagCommand

/// Names of hosts by their addresses.
struct HostNameBookTests {
  private static func address(_ number: UInt32) -> IPAddress { IPAddress(v4: 0xc000_0200 + number) }

  @Test func everyAddressIsAskedOnce() {
    let asked = Mutex<[IPAddress: Int]>([:])
    let book = HostNameBook { address in
      asked.withLock { $0[address, default: 0] += 1 }
      return "host-\(address.low & 0xff).test"
    }
    let addresses = (0..<200).map { Self.address($0 % 100) }
    #expect(book.find(addresses, within: .seconds(60)) == 0)
    #expect(book.find(addresses, within: .seconds(60)) == 0)
    #expect(asked.withLock { $0.count } == 100)
    #expect(asked.withLock { $0.values.allSatisfy { $0 == 1 } })
    #expect(book.name(of: Self.address(7)) == "host-7.test")
    #expect(book.name(of: Self.address(200)) == nil)
  }

  @Test func mappedAddressHasTheNameOfItsIPv4Address() {
    let book = HostNameBook { _ in "four.test" }
    let mapped = IPAddress(v6: 0, 0xffff << 32 | 0xc000_0201)
    #expect(book.find([mapped], within: .seconds(60)) == 0)
    #expect(book.name(of: Self.address(1)) == "four.test")
    #expect(book.name(of: mapped) == "four.test")
  }

  @Test func addressOfAllHostsIsNotAsked() {
    let book = HostNameBook { _ in "wrong.test" }
    #expect(book.find([.anyV4, .anyV6], within: .zero) == 0)
    #expect(book.name(of: .anyV4) == nil)
  }

  @Test func addressWithoutNameIsAnswered() {
    let book = HostNameBook { _ in nil }
    #expect(book.find([Self.address(1)], within: .seconds(60)) == 0)
    #expect(book.name(of: Self.address(1)) == nil)
  }

  @Test func resolverThatHangsDoesNotHoldUpTheOthers() throws {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    let book = HostNameBook { address in
      if address == Self.address(0) {
        var byte: UInt8 = 0
        _ = unsafe read(reading, &byte, 1)
        return "late.test"
      }
      return "quick.test"
    }
    let addresses = (0..<50).map(Self.address)
    #expect(book.find(addresses.prefix(1), within: .milliseconds(50)) == 1)
    #expect(book.find(addresses.dropFirst(), within: .seconds(60)) == 0)
    #expect(book.find(addresses, within: .zero) == 1)
    for address in addresses.dropFirst() { #expect(book.name(of: address) == "quick.test") }
    #expect(book.name(of: Self.address(0)) == nil)
    // The answer arrives later, and nothing is asked again.
    close(writing)
    #expect(book.find(addresses, within: .seconds(60)) == 0)
    #expect(book.name(of: Self.address(0)) == "late.test")
    close(reading)
  }

  @Test func addressesAreLookedUpAtTheSameTime() {
    // Each question waits until eight have been asked, so that questions one after the other would never end.
    let arrived = Atomic<Int>(0)
    let book = HostNameBook { _ in
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 8 { usleep(1000) }
      return "together.test"
    }
    #expect(book.find((0..<8).map(Self.address), within: .seconds(60)) == 0)
  }

  @Test func remarkSaysHowManyAddressesStayNumbers() {
    var remarks = Remarks()
    remarks.note(addressesWithoutAnswer: 0)
    #expect(remarks.sentences == [])
    remarks.note(addressesWithoutAnswer: 2)
    #expect(remarks.sentences == ["2 addresses are shown as numbers: the resolver did not answer within 2 s"])
  }
}
