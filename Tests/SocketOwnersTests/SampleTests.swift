import Foundation
import SocketOwners
import Testing

/// Samples of proc and of the cgroup hierarchy in a folder. Searches read the texts there and ask the kernel nothing
/// else.
@Suite final class SampleTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "proc-owners-\(UUID().uuidString)")
  private var proc: String { root.appending(path: "proc").path(percentEncoded: false) }

  init() throws {
    try FileManager.default.createDirectory(at: root.appending(path: "proc"), withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, to path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func link(_ path: String, to target: String) throws {
    let file = root.appending(path: path).path(percentEncoded: false)
    try FileManager.default.createDirectory(
      at: root.appending(path: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: target)
  }

  private func makeProcess(_ pid: Int, start: Int, sockets: [Int: Int]) throws {
    try write("\(pid) (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 \(start) 0 0\n", to: "proc/\(pid)/stat")
    try write("web\0--port\0\u{0}80\0", to: "proc/\(pid)/cmdline")
    try write("Name:\ta) b\nUid:\t1\t33\t1\t1\n", to: "proc/\(pid)/status")
    try write("0::/system.slice/web.service\n", to: "proc/\(pid)/cgroup")
    try link("proc/\(pid)/exe", to: "/usr/bin/web (deleted)")
    try link("proc/\(pid)/fd/0", to: "/dev/null")
    for (number, inode) in sockets { try link("proc/\(pid)/fd/\(number)", to: "socket:[\(inode)]") }
  }

  /// A younger process with the same descriptor inherited the socket, and one with another descriptor received it.
  @Test func holdersThatInheritedNothingComeFirst() throws {
    try makeProcess(7, start: 90, sockets: [3: 500])
    try makeProcess(8, start: 90, sockets: [4: 500, 5: 501])
    try makeProcess(9, start: 40, sockets: [3: 500])
    var finder = try OwnerFinder(procRoot: proc)
    let report = try finder.find([WantedSocket(inode: 500), WantedSocket(inode: 501), WantedSocket(inode: 502)])
    let details = finder.details(ofProcessesIn: report)
    let known = report.knownHolders(of: 500, among: details)
    #expect(known.map(\.holder.pid) == [8, 9, 7] && known.map(\.isInherited) == [false, false, true])
    #expect(known.allSatisfy { $0.process?.process.pid == $0.holder.pid })
    #expect(report.knownHolders(of: 501, among: details).map(\.isInherited) == [false])
    #expect(report.knownHolders(of: 502, among: details).isEmpty)
    // A holder whose process has ended has no details.
    #expect(report.knownHolders(of: 501, among: [:]).map { $0.process == nil } == [true])
  }

  @Test(arguments: [1, 2]) func holdersAndDetailsAreRead(_ walkers: Int) throws {
    try makeProcess(10, start: 5, sockets: [3: 100, 70: 101])
    try makeProcess(20, start: 6, sockets: [3: 100])
    try link("proc/20/fd/5", to: "anon_inode:[io_uring]")
    try write("UserFiles:\t1\n    7: socket:[102]\n", to: "proc/20/fdinfo/5")
    try write("not a process", to: "proc/uptime")
    var owners = try OwnerFinder(procRoot: proc)
    for _ in 0..<2 {
      let report = try owners.find(
        [100, 101, 102, 103].map { WantedSocket(inode: $0) }, SearchOptions(walkers: walkers))
      #expect(
        Array(report.holders(of: 100)) == [SocketHolder(pid: 10, descriptor: 3), SocketHolder(pid: 20, descriptor: 3)])
      #expect(Array(report.holders(of: 101)) == [SocketHolder(pid: 10, descriptor: 70)])
      #expect(Array(report.holders(of: 102)) == [SocketHolder(pid: 20, descriptor: 5, fixedFileSlot: 7)])
      #expect(report.missing.map(\.inode) == [103])
      #expect(report.processes == [HoldingProcess(pid: 10, startTicks: 5), HoldingProcess(pid: 20, startTicks: 6)])
    }
    let answer = owners.details(of: HoldingProcess(pid: 10, startTicks: 5))
    let details = try #require(answer)
    #expect(details.command == Array("a) b".utf8))
    #expect(details.arguments == ["web", "--port", "", "80"].map { Array($0.utf8) })
    #expect(details.executable == Array("/usr/bin/web (deleted)".utf8))
    #expect(details.uid == 33)
    #expect(details.cgroup?.unit == SystemdUnit(name: "web.service", slice: "system.slice"))
    for other in [HoldingProcess(pid: 10, startTicks: 4), HoldingProcess(pid: 11, startTicks: 5)] {
      let none = owners.details(of: other)
      #expect(none == nil)
    }
  }

  /// The table of an ended first thread is empty. In a sample, threads cannot be compared.
  @Test func threadOfAnEndedLeaderIsReadIfTablesCannotBeCompared() throws {
    try makeProcess(10, start: 5, sockets: [:])
    try FileManager.default.createDirectory(
      at: root.appending(path: "proc/10/task/10/fd"), withIntermediateDirectories: true)
    for thread in [11, 12] { try link("proc/10/task/\(thread)/fd/4", to: "socket:[100]") }
    var owners = try OwnerFinder(procRoot: proc)
    let report = try owners.find([WantedSocket(inode: 100)])
    #expect(Array(report.holders(of: 100)) == [SocketHolder(pid: 10, descriptor: 4, threadID: 11)])
    #expect(report.processes.map(\.pid) == [10])
  }

  @Test func cgroupsAreFoundByTheirDirectories() throws {
    for pid in 10...19 { try makeProcess(pid, start: pid, sockets: [3: pid * 10]) }
    try write("12\n0\nx\n99999999999\n", to: "cgroup/a.slice/b.service/cgroup.procs")
    let attributes = try FileManager.default.attributesOfItem(
      atPath: root.appending(path: "cgroup/a.slice/b.service").path(percentEncoded: false))
    let id = try #require(attributes[.systemFileNumber] as? UInt64)
    var owners = try OwnerFinder(
      procRoot: proc, cgroupRoot: root.appending(path: "cgroup").path(percentEncoded: false))
    let report = try owners.find([WantedSocket(inode: 120, cgroupID: id)], SearchOptions(.firstHolder))
    #expect(Array(report.holders(of: 120)) == [SocketHolder(pid: 12, descriptor: 3)])
    #expect(report.work.tablesOpened == 1)
    // 0 is a process of another pid namespace.
    #expect(report.obstacles.vanishedProcesses == 0)
    // Another process holds it, or the cgroup was removed. Then every process is examined.
    for wanted in [WantedSocket(inode: 130, cgroupID: id), WantedSocket(inode: 130, cgroupID: 1)] {
      let report = try owners.find([wanted], SearchOptions(.firstHolder))
      #expect(report.holders(of: 130).map(\.pid) == [13])
    }
  }

  /// The directory has another name now, and another cgroup has the old name.
  @Test func movedCgroupIsFoundAgain() throws {
    for pid in 10...19 { try makeProcess(pid, start: pid, sockets: [3: pid * 10]) }
    let manager = FileManager.default
    func path(_ name: String) -> String { root.appending(path: "cgroup/a.slice/\(name)").path(percentEncoded: false) }
    try write("12\n", to: "cgroup/a.slice/b.service/cgroup.procs")
    let id = try #require(try manager.attributesOfItem(atPath: path("b.service"))[.systemFileNumber] as? UInt64)
    var owners = try OwnerFinder(
      procRoot: proc, cgroupRoot: root.appending(path: "cgroup").path(percentEncoded: false))
    let wanted = [WantedSocket(inode: 120, cgroupID: id)]
    #expect(try owners.find(wanted, SearchOptions(.firstHolder)).work.processesExamined == 1)
    try manager.moveItem(atPath: path("b.service"), toPath: path("c.service"))
    try write("13\n", to: "cgroup/a.slice/b.service/cgroup.procs")
    // The path is not that of the other cgroup.
    let former = owners.cgroup(id)
    #expect(former == nil)
    var examined: [Int] = []
    for _ in 0..<2 {
      let report = try owners.find(wanted, SearchOptions(.firstHolder))
      #expect(report.holders(of: 120).map(\.pid) == [12])
      examined.append(report.work.processesExamined)
    }
    // The first search examines all of them.
    #expect(examined[0] > 5 && examined[1] == 1)
    let name = owners.cgroup(id)
    #expect(name?.text == "/a.slice/c.service")
  }

  @Test func garbageIsIgnored() throws {
    try makeProcess(10, start: 5, sockets: [3: 100])
    for (number, target) in ["socket:[]", "socket:[x]", "socket:[99999999999999]", ":", "[100]"].enumerated() {
      try link("proc/10/fd/\(number + 10)", to: target)
    }
    try write("no link", to: "proc/10/fd/9")
    try link("proc/10/fd/x", to: "socket:[100]")
    try write("no directory", to: "proc/11/fd")
    try write("7 (", to: "proc/12/stat")
    try link("proc/12/fd/1", to: "socket:[100]")
    var owners = try OwnerFinder(procRoot: proc)
    let report = try owners.find([WantedSocket(inode: 100)])
    // The file among the links spoils what is read of its process, and of no other.
    #expect(report.holders(of: 100).contains { $0.pid == 12 })
    let none = owners.details(of: HoldingProcess(pid: 12, startTicks: 0))
    #expect(none == nil)
  }

  @Test func directoryOtherThanProcIsReported() throws {
    var owners = try OwnerFinder(procRoot: proc)
    let report = try owners.find([WantedSocket(inode: 100)])
    #expect(report.obstacles.listsNoProcess)
    #expect(report.reasons(for: 100)?.contains(.anotherPIDNamespace) == true)
    let error = #expect(throws: SocketOwnersError.self) { _ = try OwnerFinder(procRoot: "/no/such/proc") }
    #expect(error?.code == .missingProc)
    #expect(error?.description.contains("mount proc") == true)
  }

  @Test func reportSurvivesItsEncoding() throws {
    try makeProcess(10, start: 5, sockets: [3: 100])
    var owners = try OwnerFinder(procRoot: proc)
    let report = try owners.find([0, 100, 101, 100].map { WantedSocket(inode: $0) })
    let text = try JSONEncoder().encode(report)
    let decoded = try JSONDecoder().decode(OwnerReport.self, from: text)
    #expect(decoded == report)
    #expect(decoded.holders(of: 100) == report.holders(of: 100))
    #expect(decoded.reasons(for: 101) == report.reasons(for: 101))
  }

  @Test func damagedReportHasNoHolders() throws {
    try makeProcess(10, start: 5, sockets: [3: 100])
    var owners = try OwnerFinder(procRoot: proc)
    let text = String(decoding: try JSONEncoder().encode(owners.find([WantedSocket(inode: 100)])), as: UTF8.self)
    for (part, damage) in [("\"ends\":[1]", "\"ends\":[4000000000]"), ("\"ends\":[1]", "\"ends\":[]")] {
      #expect(text.contains(part))
      let decoded = try JSONDecoder().decode(OwnerReport.self, from: Data(text.replacing(part, with: damage).utf8))
      #expect(decoded.holders(of: 100).isEmpty)
    }
  }
}
