import SocketOwners
import Testing

/// Readers of the texts of proc, with valid and malformed texts.
@Suite struct TextTests {
  // MARK: Links

  @Test(arguments: [
    ("socket:[1]", LinkTarget.socket(1)), ("socket:[4294967295]", .socket(4_294_967_295)),
    ("anon_inode:[io_uring]", .ring), ("socket:[0]", .other), ("socket:[4294967296]", .other), ("socket:[]", .other),
    ("socket:[12", .other), ("socket:12]", .other), ("socket:[1x]", .other), ("socket:[-1]", .other),
    ("socket:[ 1]", .other), ("/socket:[1]", .other), ("socket:[1] (deleted)", .other), ("pipe:[1]", .other),
    ("anon_inode:[io_uring", .other), ("anon_inode:[eventfd]", .other), ("", .other), ("s", .other),
    ("socket:[99999999999]", .other), ("/dev/null", .other),
  ])
  func linkTargetIsParsed(_ text: String, _ target: LinkTarget) {
    #expect(Self.target(text) == target)
  }

  // MARK: Information about descriptors

  @Test func fixedFilesOfARingAreRead() {
    let text = """
      pos:\t0
      SqMask:\t0x3
      UserFiles:\t4
          1: socket:[15797231]
          2: /tmp/a\\040b
         10: anon_inode:[io_uring]
      12345: socket:[7]
      UserBufs:\t0
          3: socket:[8]
      """
    let info = Self.info(text)
    #expect(info.fixedSockets?.map(\.slot) == [1, 12345])
    #expect(info.fixedSockets?.map(\.inode) == [15_797_231, 7])
    #expect(info.waitingDescriptors == nil)
  }

  @Test func textWithoutATableIsNoEmptyTable() {
    #expect(Self.info("pos:\t0\nflags:\t02\n").fixedSockets == nil)
    #expect(Self.info("UserFiles:\t0\nUserBufs:\t0\n").fixedSockets == [])
  }

  @Test(arguments: [("scm_fds: 3\n", UInt32(3)), ("pos: 0\nscm_fds:\t0\n", 0), ("scm_fds: x\n", nil), ("", nil)])
  func waitingDescriptorsAreCounted(_ text: String, _ count: UInt32?) {
    #expect(Self.info(text).waitingDescriptors == count)
  }

  // MARK: Status

  private static func stat(_ text: String) -> ProcessStat? { ProcessStat(Array(text.utf8).span) }
  private static func credentials(_ text: String) -> ProcCredentials { ProcCredentials(Array(text.utf8).span) }
  private static func info(_ text: String) -> DescriptorInfo { DescriptorInfo(Array(text.utf8).span) }
  private static func target(_ text: String) -> LinkTarget { LinkTarget(Array(text.utf8).span) }
  private static func mount(_ device: UInt64, _ text: String) -> ProcMount? {
    ProcMount.options(of: device, Array(text.utf8).span)
  }

  private static let columns = " S 1 2 3 0 -1 2097152 0 0 0 0 0 0 0 0 20 0 1 0 8368 1 2 3"

  @Test(arguments: ["sh", "a) S 1 2", "(((", "))", "", "new\nline", "\u{1b}[2J", "tail ) "])
  func nameMayHoldAnything(_ name: String) throws {
    let stat = try #require(Self.stat("7 (\(name))\(Self.columns)"))
    #expect(stat.command == Array(name.utf8))
    #expect(stat.startTicks == 8368)
    #expect(stat.parent == 1)
    #expect(stat.state == UInt8(ascii: "S"))
    #expect(stat.isKernelThread)
  }

  @Test(arguments: [
    "", "7", "7 (sh", "7 (sh)", "7 (sh) S 1 2 3", ")(", "7 (sh) SS" + columns.dropFirst(2),
    "7 (sh)" + columns.replacing(" 8368", with: " x"), "7 (sh)" + columns.replacing(" 2097152", with: " -1"),
    "7 (sh)" + columns.replacing(" 8368", with: " 9999999999999999999"),
    "7 (sh)" + columns.replacing(" S 1 ", with: " S 4294967295 "),
  ])
  func malformedStatIsNil(_ text: String) { #expect(Self.stat(text) == nil) }

  @Test func credentialsComeFromTheirLines() {
    let text = "Name:\tUid:\\n\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nCapEff:\t0000000000080000\n"
    let credentials = Self.credentials(text)
    #expect(credentials.uid == 2)
    #expect(credentials.groups == [6, 9, 10])
    #expect(credentials.mayTrace)
    #expect(!Self.credentials("CapEff:\tfffffffffff7ffff\n").mayTrace)
  }

  // MARK: Mounts

  @Test(arguments: [
    ("rw,relatime", false, false), ("rw,hidepid=invisible", true, false), ("rw,gid=10,hidepid=2", true, false),
    ("rw,hidepid=ptraceable", true, true), ("rw,hidepid=off", false, false), ("rw,hidepid=0", false, false),
  ])
  func mountOptionsShowWhatIsHidden(_ options: String, _ hides: Bool, _ hidesFromGroup: Bool) throws {
    let text = "22 27 0:21 / /proc rw - proc proc \(options)\n23 27 0:22 / /x rw,hidepid=2 - proc proc rw,hidepid=2\n"
    let mount = try #require(Self.mount(21, text))
    #expect(mount.hides == hides)
    #expect(mount.hidesFromGroup == hidesFromGroup)
    #expect(Self.mount(24, text) == nil)
  }

  @Test func groupNamedByTheMountSeesAllProcesses() {
    var mount = ProcMount()
    (mount.hides, mount.group) = (true, 10)
    let member = Self.credentials("Gid:\t1\t1\t1\t1\nGroups:\t10\n")
    #expect(member.seesThrough(mount))
    mount.hidesFromGroup = true
    #expect(!member.seesThrough(mount))
  }

  // MARK: Directories

  @Test func truncatedEntriesAreIgnored() {
    // An inode, an offset, the length 24, a directory called 12.
    var entry = [UInt8](repeating: 0, count: 24)
    entry.replaceSubrange(0..<3, with: [1, 2, 0])
    entry[16] = 24
    entry[18] = DirectoryEntries.directory
    entry.replaceSubrange(19..<21, with: "12".utf8)
    func names(_ bytes: [UInt8]) -> [String] {
      var names: [String] = []
      DirectoryEntries.forEach(bytes.span) { entry in
        names.append("\(entry.inode) \(entry.type) \(String(decoding: bytes[entry.name], as: UTF8.self))")
      }
      return names
    }
    #expect(names(entry + entry) == ["513 4 12", "513 4 12"])
    for cut in 0..<24 { #expect(names(entry + entry.prefix(cut)) == ["513 4 12"]) }
    entry[16] = 0
    #expect(names(entry) == [])
  }
}
