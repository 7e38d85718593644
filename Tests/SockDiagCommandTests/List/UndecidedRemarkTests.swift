import SockDiag
import SockDiagTesting
import Testing

@testable import SockDiagCommand

/// Why a list lacks sockets about which a filter is undecided.
struct UndecidedRemarkTests {
  private static let forbidden = SockDiagError(.netlinkForbidden, operation: "open a netlink socket")

  private static func filter(_ text: String) throws -> SocketFilter { try SocketFilter(text, names: HostNames()) }

  private static func reason(_ text: String, _ substitution: SockDiagError? = nil) throws -> String? {
    var remarks = Remarks()
    remarks.note(.tcp, .undecided, matching: try filter(text), substitution)
    #expect(remarks.status == .partial)
    let start = "some tcp sockets are left out, because "
    let sentence = try #require(remarks.sentences.first)
    #expect(sentence.hasPrefix(start))
    return String(sentence.dropFirst(start.count))
  }

  @Test func onlyMarksNeedRoot() throws {
    let marks = "the kernel reports marks only to root and readers with CAP_NET_ADMIN"
    #expect(try Self.reason("fwmark = 1") == marks)
    #expect(try Self.reason("sport = :80 or not fwmark = 1") == marks)
    #expect(try Self.reason("rtt > 5ms") == "this kernel does not report what the filter asks about")
  }

  @Test func tablesOfProcAreNamedWhateverTheFilterIs() throws {
    let table = "/proc/net does not contain what the filter asks about"
    #expect(try Self.reason("fwmark = 1", Self.forbidden) == table)
    #expect(try Self.reason("rtt > 5ms", Self.forbidden) == table)
  }

  @Test func peersMayBeInOtherNamespaces() throws {
    let inspector = SocketInspector(asking: SimulatedKernel())
    for (text, reason) in [
      (
        "dst unix:/run/a",
        "the names of their peers are not known; a peer in another network namespace is not listed here"
      ),
      ("uid = 0", "this kernel does not report what the filter asks about"),
    ] {
      var remarks = Remarks()
      let query = FamilyQuery<Unix>(UnixSocketRequest(), matching: try Self.filter(text))
      query.note(.undecided, by: inspector, in: &remarks)
      #expect(remarks.sentences == ["some unix sockets are left out, because \(reason)"])
    }
  }
}
