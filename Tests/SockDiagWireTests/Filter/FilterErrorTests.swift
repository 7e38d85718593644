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
    let expected = FilterError(column: fault.column, length: fault.length, explanation: fault.explanation)
    #expect(error == expected, "\(fault.text)")
  }

  @Test(arguments: ["src lab.test", "sport = :http", "dev eth0", "cgroup user.slice", "uid = root"])
  func namesAreLookedUpOnlyIfRequested(_ text: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.hasSuffix("and names are not looked up here; write the number") == true)
  }

  @Test func faultStatesItsColumn() {
    let error = FilterError(column: 7, length: 3, explanation: "'foo' is not a state; write another")
    #expect(error.description == "column 7 of the filter: 'foo' is not a state; write another")
  }
}
