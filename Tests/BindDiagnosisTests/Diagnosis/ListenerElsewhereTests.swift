import BindDiagnosis
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Listeners on the port in another network namespace, and what their names cost.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ListenerElsewhereTests {
  /// The holder of the listener of another namespace as each effort names it.
  ///
  /// - Parameter isInside: Whether its holder is in the namespace of the listener.
  private static func names(isInside: Bool) async throws -> (standard: Int32?, harmless: Int32?, pid: Int32) {
    try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      let (listener, resident, inside) = try laboratory.namespace.inAnother {
        let listener = try laboratory.tcpListener(on: place)
        // A process shows that the namespace is there.
        let resident = try Subject(Subject.Script.plain, holding: [])
        return (listener, resident, isInside ? try Subject(Subject.Script.plain, holding: [listener]) : nil)
      }
      let inode = isInside ? nil : listener.inode
      let subject = try inside ?? Subject(Subject.Script.plain, holding: [listener])
      if let inode { try Subject.waitUntilAloneWith([inode], [subject]) }
      return try withExtendedLifetime((resident, subject)) {
        var diagnostician = try Diagnostician()
        func name(_ effort: Diagnostician.Effort) throws -> Int32? {
          let diagnosis = try diagnostician.diagnose(BindRequest(.tcp, "0.0.0.0:8080", uid: 0), effort)
          let namespace = try NetworkNamespace.of(process: resident.pid).id.inode
          let listeners = diagnosis.elsewhere.filter { $0.namespace == namespace }
          guard diagnosis.verdict == .free, listeners.count == 1 else {
            throw LaboratoryError(.misuse, "\(diagnosis.elsewhere)")
          }
          return listeners[0].process?.process.pid
        }
        return (try name(.standard), try name(.harmless), subject.pid)
      }
    }
  }

  @Test func holderInItsNamespaceIsNamedWithoutASearchOfAll() async throws {
    let names = try await Self.names(isInside: true)
    #expect(names.standard == names.pid && names.harmless == names.pid)
  }

  /// A supervisor may hold the socket for a program in another namespace.
  @Test func holderOutsideOfItsNamespaceIsNamedOnlyOnRequest() async throws {
    let names = try await Self.names(isInside: false)
    #expect(names.standard == nil && names.harmless == names.pid)
  }
}
