import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Sockets that processes hold in every possible way. A search finds each holder and no other.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct HiddenHolderTests {
  /// The ways to hold a socket in which a search can name the holder.
  static let visible =
    ([.inherited, .passed, .fixedFile, .thread, .afterLeader, .pidNamespace] as [LabHolder.Holding])
    .filter(\.isPossible)

  /// Repeats a search if it was disturbed. Children that other tests have just forked still have all descriptors of
  /// this process, and the kernel leaves out the files of an io_uring whose lock is taken.
  static func settled(
    expecting count: Int, _ find: () throws -> OwnerReport
  ) throws -> OwnerReport {
    var report = try find()
    func isDisturbed() -> Bool { report.holderCount > count || report.obstacles.unreadableRings > 0 }
    _ = try SocketLaboratoryKit.settled {
      if isDisturbed() { report = try find() }
      return isDisturbed() ? ["a holder too many, or a silent ring"] : []
    }
    return report
  }

  @Test(arguments: visible, [1, 2]) func holderIsFound(_ holding: LabHolder.Holding, _ walkers: Int) async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.loopback)
      let inode = socket.inode
      let holder = try LabHolder(holding, socket)
      socket.close()
      var owners = try OwnerFinder()
      let wanted = [WantedSocket(inode: inode)]
      for _ in 0..<3 {
        let report = try Self.settled(expecting: 1) { try owners.find(wanted, SearchOptions(walkers: walkers)) }
        #expect(report.holders(of: inode).map(HolderPlace.init) == [holder.place(holding)])
        #expect(report.process(holder.pid)?.pid == holder.pid)
        #expect(report.missing.isEmpty)
      }
    }
  }

  @Test func secondHolderIsFound() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.loopback)
      let inode = socket.inode
      var holders: [LabHolder] = []
      for _ in 0..<50 { holders.append(try LabHolder(.inherited, socket)) }
      var owners = try OwnerFinder()
      let wanted = [WantedSocket(inode: inode)]
      let descriptor = UInt32(socket.descriptor)
      socket.close()
      for _ in 0..<4 {
        for _ in 0..<2 {
          let expected = holders.map { HolderPlace(SocketHolder(pid: $0.pid, descriptor: descriptor)) }
          let report = try Self.settled(expecting: expected.count) { try owners.find(wanted) }
          #expect(Set(report.holders(of: inode).map(HolderPlace.init)) == Set(expected))
        }
        holders.removeLast().letGo()
      }
    }
  }

  @Test func descriptorInFlightIsAReasonWithItsReceiver() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.loopback)
      let inode = socket.inode
      let holder = try LabHolder(.inFlight, socket)
      socket.close()
      var owners = try OwnerFinder()
      let report = try Self.settled(expecting: 0) { try owners.find([WantedSocket(inode: inode)], .anew) }
      #expect(report.holders(of: inode).isEmpty)
      #expect(report.reasons(for: inode)?.contains(.inFlight) == true)
      let waiting = report.obstacles.descriptorsInFlight ?? []
      #expect(waiting.contains(.init(pid: holder.pid, descriptor: holder.descriptor, count: 1)))
    }
  }

  @Test func socketOfTheKernelHasNoHolderAndNoFalseReason() async throws {
    try await Laboratory.withNew { laboratory in
      let namespace = laboratory.namespace
      let device = ["ip", "link", "add", "lab0", "type", "vxlan", "id", "1", "dstport", "4789"]
      #expect(try namespace.run(device).status == 0)
      #expect(try namespace.run(["ip", "link", "set", "lab0", "up"]).status == 0)
      let table = try namespace.run(["ss", "-Huane", "sport", "=", ":4789"]).outputText
      let inode = try #require(
        table.split(separator: " ").first { $0.hasPrefix("ino:") }.flatMap { UInt32($0.dropFirst(4)) })
      var owners = try OwnerFinder()
      let report = try Self.settled(expecting: 0) { try owners.find([WantedSocket(inode: inode)]) }
      #expect(report.holders(of: inode).isEmpty)
      let reasons = try #require(report.reasons(for: inode))
      #expect(reasons.isSuperset(of: [.kernel, .closedMeanwhile]))
      #expect(
        reasons.isDisjoint(with: [.noProcess, .hiddenProcess, .anotherPIDNamespace, .fixedFile, .notSearchedAnew]))
      #expect(reasons.contains(.unreadableProcess) == (report.obstacles.unreadableProcesses > 0))
    }
  }

  @Test func closedSocketHasNoHolder() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.loopback)
      let inode = socket.inode
      let holder = try LabHolder(.nothing, socket)
      var owners = try OwnerFinder()
      let before = try owners.find([WantedSocket(inode: inode)])
      #expect(!before.holders(of: inode).contains { $0.pid == holder.pid })
      socket.close()
      let after = try Self.settled(expecting: 0) { try owners.find([WantedSocket(inode: inode)], .anew) }
      #expect(after.holders(of: inode).isEmpty)
      #expect(after.reasons(for: inode)?.contains(.closedMeanwhile) == true)
    }
  }

  @Test func socketWithoutInodeHasNoProcessForCertain() throws {
    var owners = try OwnerFinder()
    let report = try owners.find([WantedSocket(inode: 0), WantedSocket(inode: 0)])
    #expect(report.missing == [MissingHolder(inode: 0, possibleReasons: .noProcess)])
    #expect(report.inodes.isEmpty)
  }

  private static let loopback = LabEndpoint(.loopbackV4, 0)
}

/// A holder without the difference between verified and believed ones.
struct HolderPlace: Hashable {
  let holder: SocketHolder

  init(_ holder: SocketHolder) {
    var holder = holder
    holder.isVerified = true
    self.holder = holder
  }
}

extension LabHolder {
  /// The holder that a search must find.
  func place(_ holding: Holding) -> HolderPlace {
    HolderPlace(
      SocketHolder(
        pid: pid, descriptor: descriptor, threadID: thread == 0 ? nil : thread,
        fixedFileSlot: holding == .fixedFile ? slot : nil))
  }
}
