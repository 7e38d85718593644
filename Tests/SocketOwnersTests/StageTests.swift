import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Searches for a first holder. They examine the likely processes first, and end as soon as they can.
@Suite(.enabled(if: LabNamespace.isPermitted && TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
struct StageTests {
  @Test func cgroupOfASocketIsFound() async throws {
    try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "lab-unit", suffix: ".socket")
      var owners = try OwnerFinder()
      let (path, none) = (owners.cgroup(cgroup.id), owners.cgroup(0))
      #expect(path?.text == "/" + cgroup.name)
      #expect(path?.unit?.name == cgroup.name)
      // No inode has this number.
      #expect(none == nil)
    }
  }

  @Test func onlyTheProcessesOfTheCgroupAreOpened() async throws {
    try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "lab-owner")
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0), in: cgroup)
      let inode = socket.inode
      let holder = try LabHolder(.inherited, socket)
      socket.close()
      try cgroup.add(holder)
      // Many processes that a full search would examine.
      let other = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      var crowd: [LabHolder] = []
      for _ in 0..<500 { crowd.append(try LabHolder(.inherited, other)) }

      let wanted = [WantedSocket(inode: inode, cgroupID: cgroup.id, uid: 0)]
      let place = HolderPlace(SocketHolder(pid: holder.pid, descriptor: holder.descriptor))
      var owners = try OwnerFinder()
      let first = try owners.find(wanted, SearchOptions(.firstHolder))
      #expect(first.holders(of: inode).map(HolderPlace.init) == [place])
      #expect(first.work.processesExamined == 1)
      #expect(first.work.tablesOpened == 1)
      // The hierarchy is known now.
      let second = try owners.find(wanted, SearchOptions(.firstHolder))
      #expect(second.holders(of: inode).map(HolderPlace.init) == [place])
      #expect(second.work.directoriesOpened == 0)
      #expect(second.work.linksRead == 0)

      // A thorough search does not stop there.
      let all = try owners.find(wanted)
      #expect(all.work.processesExamined > 500)

      // The search finds the right holder in spite of a wrong hint.
      let astray = [WantedSocket(inode: other.inode, cgroupID: cgroup.id, uid: 4711)]
      let found = try HiddenHolderTests.settled(expecting: 501) { try owners.find(astray, SearchOptions(.firstHolder)) }
      #expect(found.holders(of: other.inode).count == 501)
      withExtendedLifetime(crowd) {}
      holder.letGo()
    }
  }

  @Test func detailsNameTheCgroupOfAHolder() async throws {
    try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "lab-owner")
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let inode = socket.inode
      let holder = try LabHolder(.inherited, socket)
      socket.close()
      try cgroup.add(holder)
      var owners = try OwnerFinder()
      let report = try owners.find([WantedSocket(inode: inode)])
      let answers = owners.details(ofProcessesIn: report)
      let details = try #require(answers[holder.pid])
      #expect(details.process == report.process(holder.pid))
      #expect(details.cgroup?.text == "/" + cgroup.name)
      #expect(details.uid == 0)
      #expect(details.command.count <= 15 && !details.command.isEmpty)
      #expect(details.executable?.first == UInt8(ascii: "/"))
      #expect((details.arguments?.count ?? 0) >= 1)
      holder.letGo()
      let none = owners.details(of: details.process)
      #expect(none == nil)
    }
  }
}
