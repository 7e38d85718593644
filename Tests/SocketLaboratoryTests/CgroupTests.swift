import SocketLaboratory
import SocketLaboratoryKit
import Testing

@Suite(.enabled(if: LabNamespace.isPermitted && TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
struct CgroupTests {
  @Test func cgroupVanishesWithItsNamespace() async throws {
    let (path, during) = try await Laboratory.withNew { laboratory in
      let path = try laboratory.cgroup(named: "lab-test").path
      return (path, try laboratory.namespace.run(["test", "-d", path]).status)
    }
    let after = try await LabNamespace.withNew { try $0.run(["test", "-d", path]).status }
    #expect(during == 0)
    #expect(after == 1)
  }

  @Test func cgroupIDIsTheInodeOfItsDirectory() async throws {
    let (id, inode) = try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "lab-test")
      return (cgroup.id, try laboratory.namespace.run(["stat", "-c", "%i", cgroup.path]).outputText)
    }
    #expect("\(id)\n" == inode)
  }
}
