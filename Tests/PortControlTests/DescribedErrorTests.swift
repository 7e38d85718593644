import BindDiagnosis
import Foundation
import SockDiag
import SockDiagWire
import SocketOwners
import Testing

@testable import PortControl

/// All public error types have the same members.
@Suite struct DescribedErrorTests {
  private static let sockets = SockDiagError(.permissionDenied, operation: "tcp destroy", errno: 1)

  /// An error of each public type, and another for each form of the sentence.
  static let errors: [any DescribedError] = [
    sockets, SockDiagError(.noReply, operation: "tcp dump"),
    SocketOwnersError(.missingProc, operation: "open /proc", errno: 2),
    BindFactError(.capabilityMissing, operation: "bind to port 80"),
    WireError(.cutShort, at: 24, "the packet ends after 3 of 16 bytes"),
    NetlinkRequestFault.attributeTooLong, NetlinkRequestFault.socketWithoutInode,
    FilterError(column: 9, length: 2, explanation: "'8x' is not a port; ports are 0 to 65535"),
    FilterPatternError(offset: 0, length: 1, explanation: "this '(' is never closed; write '\\(' for the character"),
    FilterNameFailure("is not a user here; write a name or a number"),
    PortControlError(sockets), PortControlError(SocketOwnersError(.missingProc, operation: "open /proc", errno: 2)),
    PortControlError(.system, errno: EMFILE),
  ]

  @Test(arguments: errors) func sentenceIsTheLocalizedDescription(_ error: any DescribedError) {
    #expect(error.localizedDescription == "\(error)" && !"\(error)".isEmpty)
    // As it is caught by `throws`, too.
    #expect("\(error as any Error)" == "\(error)")
  }

  @Test(arguments: errors) func codeIsANameThatProgramsCanCompare(_ error: any DescribedError) {
    let name = error.code.rawValue
    #expect(name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(name)")
    #expect(error.errno >= 0)
  }

  @Test(arguments: errors) func suggestionEndsTheSentence(_ error: any DescribedError) {
    guard let suggestion = error.suggestion else { return }
    #expect("\(error)".hasSuffix("; \(suggestion)"))
  }

  @Test func typedErrorsKeepTheirSentenceBesideFoundation() {
    func fail() throws(SockDiagError) { throw Self.sockets }
    do throws(SockDiagError) { try fail() } catch {
      #expect(
        error.localizedDescription
          == "tcp destroy: Operation not permitted; run as root or with the capability CAP_NET_ADMIN")
      #expect(error.errno == EPERM && error.code.rawValue == "permission-denied")
    }
    // What the documentation says about errors of unknown type.
    let unknown: any Error = Self.sockets
    #expect(unknown.localizedDescription != "\(unknown)")
    #expect((unknown as? any DescribedError)?.localizedDescription == "\(unknown)")
  }
}
