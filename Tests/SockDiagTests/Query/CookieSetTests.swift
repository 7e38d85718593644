import Testing

@testable import SockDiag

/// Each cookie of a dump is accepted once, however many there are and however they are distributed.
struct CookieSetTests {
  @Test(arguments: [1, 64, 1 << 20, 0x9e37_79b9]) func cookieIsNewOnce(_ distance: UInt64) {
    var set = CookieSet()
    let cookies = (1...5000).map { UInt64($0) &* distance }
    let isNew = { (cookies: [UInt64]) in cookies.map { set.insert($0) } }
    #expect(isNew(cookies).allSatisfy { $0 })
    // Including those from before the table grew.
    #expect(!isNew(cookies).contains(true))
    set.removeAll()
    #expect(set.insert(cookies[0]) && !set.insert(cookies[0]))
  }

  @Test func missingCookieIsAlwaysNew() {
    var set = CookieSet()
    #expect(set.insert(0) && set.insert(0))
  }
}
