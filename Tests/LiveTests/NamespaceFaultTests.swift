import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The kernel refuses one step on the way into a namespace. The error says so, and the calling thread stays where it was.
///
/// There is no step back: a thread that entered a namespace ends there.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct NamespaceFaultTests {
  struct Step: CustomTestStringConvertible, Sendable {
    var call: LoneThread.Call
    var errno: Int32
    var code: SockDiagError.Code
    var testDescription: String { "\(call) \(errno)" }
  }

  private static let steps = [
    Step(call: .open, errno: EMFILE, code: .system), Step(call: .open, errno: EACCES, code: .namespaceForbidden),
    Step(call: .identify, errno: EIO, code: .system), Step(call: .enter, errno: EPERM, code: .namespaceForbidden),
    Step(call: .enter, errno: ENOMEM, code: .system), Step(call: .socket, errno: EMFILE, code: .system),
    Step(call: .address, errno: ENOMEM, code: .system), Step(call: .start, errno: EAGAIN, code: .system),
  ]

  /// The inode of the calling thread's namespace, asked without opening anything.
  private static func home() -> UInt64? {
    var status = stat()
    return unsafe stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : nil
  }

  @Test(arguments: steps)
  func failedStepLeavesTheCallingThreadWhereItWas(_ step: Step) async throws {
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(4, in: laboratory)
      let wanted = try NetworkNamespace.all().namespaces.filter { namespace in
        many.members.contains { $0.inode == namespace.id.inode }
      }
      #expect(wanted.count == 4)
      try LoneThread.run(.refusing(step.call, step.errno)) {
        let home = Self.home()
        #expect(home != nil)
        for namespace in wanted {
          var failures: [SockDiagError?] = []
          func attempt(_ body: () throws(SockDiagError) -> Void) {
            do throws(SockDiagError) {
              try body()
              failures.append(nil)
            } catch {
              failures.append(error)
            }
            #expect(Self.home() == home)
          }
          attempt { () throws(SockDiagError) in _ = try SocketInspector(in: namespace) }
          attempt { () throws(SockDiagError) in _ = try InterfaceReader(in: namespace) }
          attempt { () throws(SockDiagError) in
            let events = try SocketEvents(in: namespace)
            _ = events.fileDescriptor
          }
          for failure in failures {
            #expect(failure?.code == step.code && failure?.errno == step.errno, "\(String(describing: failure))")
          }
          failures = []
          attempt { () throws(SockDiagError) in _ = try KernelSettings(in: namespace) }
          attempt { () throws(SockDiagError) in _ = try NetworkCounters(in: namespace) }
          // These make no socket.
          let isFree = [.socket, .address].contains(step.call)
          #expect(failures.map { $0?.code } == (isFree ? [nil, nil] : [step.code, step.code]))
        }
        // One after the other, with one thread for all.
        var inspectors = NamespaceInspectors()
        inspectors.refresh(NetworkNamespaceList(wanted))
        #expect(Self.home() == home)
        for answer in inspectors.inspect({ inspector throws(SockDiagError) in try inspector.dump(SocketQuery(.tcp)) }) {
          #expect(answer.error?.code == step.code && answer.error?.errno == step.errno, "\(answer)")
        }
        #expect(Self.home() == home)
      }
      // Nothing of it is left: the same namespaces can be read.
      for namespace in wanted { #expect(throws: Never.self) { _ = try SocketInspector(in: namespace) } }
      withExtendedLifetime(many) {}
    }
  }

  /// A failure inside a namespace ends the thread there too.
  @Test func errorOfTheWorkLeavesTheCallingThreadWhereItWas() async throws {
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(1, in: laboratory)
      let namespace = try #require(try NetworkNamespace.all().namespaces.first { $0.id.inode == many.members[0].inode })
      let home = Self.home()
      let error = #expect(throws: SockDiagError.self) {
        try namespace.perform { () throws(SockDiagError) -> Void in
          #expect(Self.home() == many.members[0].inode)
          throw SockDiagError(.system, operation: "fail")
        }
      }
      #expect(error?.operation == "fail")
      #expect(Self.home() == home)
    }
  }

  @Test func noThreadStaysInAVisitedNamespace() async throws {
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(20, in: laboratory)
      let inodes = Set(many.members.map(\.inode))
      var inspectors = NamespaceInspectors()
      var list = try NetworkNamespace.all()
      list.namespaces.removeAll { !inodes.contains($0.id.inode) }
      inspectors.refresh(list)
      #expect(
        inspectors.inspect { _ throws(SockDiagError) in Self.home() }.allSatisfy { $0.value == $0.namespace.id.inode })
      let threads = try NetworkNamespace.all(in: .threads).namespaces.filter { inodes.contains($0.id.inode) }
      #expect(threads.isEmpty)
    }
  }
}
