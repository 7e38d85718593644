import SockDiagWire
import Testing

/// Invalid filters and their messages: where the fault is, what it is, and what to write instead.
@Suite struct FilterErrorTests {
  @Test(
    arguments: FilterFault.all)
  func faultIsReportedWithPlaceAndRemedy(_ fault: FilterFault.Row) {
    let error = #expect(throws: FilterError.self, "\(fault.text)") {
      try SocketFilter(fault.text, names: FakeFilterNames())
    }
    #expect(error?.column == fault.column && error?.length == fault.length, "\(fault.text)")
    #expect(error?.explanation == fault.explanation, "\(fault.text)")
  }

  @Test(arguments: ["src lab.test", "sport = :http", "dev eth0", "cgroup user.slice", "uid = root"])
  func namesAreLookedUpOnlyIfRequested(_ text: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.hasSuffix("and names are not looked up here; write the number") == true)
    #expect(error?.code == .unknownName && error?.suggestion == "write the number")
  }

  @Test func textOfTheUserIsNoSuggestion() {
    let error = #expect(throws: FilterError.self) { try SocketFilter("sport = :80 and 'a; b'") }
    #expect(error?.explanation.contains("'a; b'") == true && error?.suggestion?.contains("b'") == false)
    #expect(FilterError(column: 1, length: 1, explanation: "this quote is never closed").suggestion == nil)
  }

  @Test func faultStatesItsColumn() {
    let error = FilterError(column: 7, length: 3, explanation: "'foo' is not a state; write another")
    #expect(error.description == "column 7 of the filter: 'foo' is not a state; write another")
  }
}
