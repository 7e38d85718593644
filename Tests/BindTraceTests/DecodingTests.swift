import SockDiagWire
import Testing

@testable import BindTrace

/// Addresses and calls of programs, which may contain anything.
struct DecodingTests {
  @Test func addressesAreCutAtEveryByte() {
    let v4: [UInt8] = [2, 0, 0x1f, 0x90, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    for count in 0...v4.count {
      let address = InternetAddress(Array(v4.prefix(count)), for: .inet)
      #expect(address?.address.description == (count < 8 ? nil : "127.0.0.1:8080"))
    }
    let v6: [UInt8] = [10, 0, 0, 80, 9, 9, 9, 9, 0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1, 7, 1, 0, 0]
    for count in 0...v6.count {
      let address = InternetAddress(Array(v6.prefix(count)), for: .inet6)
      #expect(address?.address.description == (count < 24 ? nil : "[fe80::1]:80"))
      #expect(address?.scopeID == (count < 24 ? nil : count < 28 ? 0 : 263))
    }
  }

  @Test func addressesOfOtherFamiliesAreNil() {
    for family in UInt8.min...UInt8.max where family != 2 && family != 10 && family != 0 {
      #expect(InternetAddress([family, 0] + [UInt8](repeating: 1, count: 26), for: .inet) == nil)
    }
    let none = [UInt8](repeating: 0, count: 16)
    #expect(InternetAddress(none, for: .inet)?.address == SocketAddress(.anyV4, port: 0))
    #expect(InternetAddress(none, for: .inet6) == nil)
    #expect(InternetAddress(none, for: nil) == nil)
  }

  /// The numbers of bind(), listen() and connect(), and of the calls that end a program.
  @Test(
    arguments: [
      (CallingConvention.x86_64, [49, 50, 42], [59, 231, 322, 520, 545]),
      (.x86_64, [0x4000_0031, 0x4000_0032, 0x4000_002a], []),
      (.i386, [361, 363, 362], [11, 252, 358]), (.aarch64, [200, 201, 203], [94, 221, 281]),
    ] as [(CallingConvention, [UInt64], [UInt64])])
  func callsAreKnownByTheirNumbers(_ convention: CallingConvention, _ sockets: [UInt64], _ ends: [UInt64]) {
    let arguments: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0xffff_ffff, 0x1000, 0xffff_ffff, 0, 0, 0)
    func call(_ number: UInt64) -> WatchedCall? { convention.watchedCall(number, arguments) { _, _ in [] } }
    #expect(call(425) == .ringSetup)
    for number in ends { #expect(call(number) == .endOfProgram) }
    let known = sockets.map { $0 & 0xfff } + [42, 49, 50, 59, 231, 322].filter { _ in convention == .x86_64 }
    for number in 0..<UInt64(1000) where !known.contains(number) && !ends.contains(number) && number != 425 {
      #expect(call(number) == nil || [520, 545].contains(number))
    }
    func withAddress(_ kind: BindCall.Kind) -> WatchedCall {
      .socket(SocketCall(kind: kind, descriptor: -1, addressPointer: 0x1000, addressLength: -1))
    }
    #expect(call(sockets[0]) == withAddress(.bind))
    #expect(call(sockets[1]) == .socket(SocketCall(kind: .listen, descriptor: -1, backlog: 0x1000)))
    #expect(call(sockets[2]) == withAddress(.connect))
  }

  @Test func unixNamesAreCutAtEveryByte() {
    let path = [1, 0] + Array("/run/a".utf8) + [0, 7, 7]
    for count in 0...path.count {
      #expect(UnixName.text(Array(path.prefix(count))) == (count < 3 ? nil : String("/run/a".prefix(count - 2))))
    }
    let abstract = [1, 0, 0] + Array("a".utf8) + [0] + Array("b".utf8)
    for count in 0...abstract.count {
      #expect(UnixName.text(Array(abstract.prefix(count))) == (count < 3 ? nil : String("@a@b".prefix(count - 2))))
    }
    #expect(UnixName.text([2, 0, 47]) == nil && UnixName.text([1, 1, 47]) == nil)
  }

  @Test func argumentsInMemoryMayBeMissing() {
    let memory: [UInt8] = [3, 0, 0, 0, 0, 0x10, 0, 0x80, 16, 0, 0, 0]
    for function: UInt64 in 0...20 {
      for count in 0...memory.count {
        let call = CallingConvention.i386.watchedCall(102, (function, 0xffff_ffff_0000_0008, 0, 0, 0, 0)) {
          #expect($0 == 8 && $1 == 12)
          return Array(memory.prefix(count))
        }
        let expected: SocketCall? =
          switch (function, count) {
          case (2, 12): SocketCall(kind: .bind, descriptor: 3, addressPointer: 0x8000_1000, addressLength: 16)
          case (3, 12): SocketCall(kind: .connect, descriptor: 3, addressPointer: 0x8000_1000, addressLength: 16)
          case (4, 8...): SocketCall(kind: .listen, descriptor: 3, backlog: Int32(truncatingIfNeeded: 0x8000_1000))
          default: nil
          }
        #expect(call == expected.map { .socket($0) })
      }
    }
  }
}
