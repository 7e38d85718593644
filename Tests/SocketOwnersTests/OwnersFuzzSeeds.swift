import Foundation
import Testing

/// Writes seeds for the fuzzer of these texts into the folder that `SOCKDIAG_FUZZ_SEEDS` names. The seeds are the
/// running kernel's texts about this process. The first byte of each seed tells the fuzzer the kind of text.
@Suite struct OwnersFuzzSeeds {
  @Test func everyKindHasASeed() throws {
    var seeds: [[UInt8]] = []
    func add(_ kind: UInt8, _ text: some Sequence<UInt8>) { seeds.append([kind] + text.prefix(1000)) }
    for (kind, path) in [(2, "stat"), (2, "status"), (3, "cgroup"), (4, "mountinfo"), (1, "fdinfo/0")] {
      let text = try #require(FileManager.default.contents(atPath: "/proc/self/" + path))
      add(UInt8(kind), text)
    }
    add(0, "socket:[4711]".utf8)
    add(0, "anon_inode:[io_uring]".utf8)
    add(1, "scm_fds: 1\nUserFiles:\t2\n    0: socket:[1]\n    1: /a\nUserBufs:\t0\n".utf8)
    let id = String(repeating: "0123456789abcdef", count: 4)
    for (path, _) in CgroupPathTests.containers { add(3, "0::\(path)\n".utf8) }
    for unit in CgroupPathTests.units { add(3, "1:name=systemd:\(unit.path)\n".utf8) }
    add(3, "0::/kubepods.slice/kubepods-pod\(id.prefix(32)).slice/crio-\(id).scope\n".utf8)
    add(5, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 0, 4, 0x31, 0x32, 0, 0, 0])
    #expect(Set(seeds.map(\.[0])) == [0, 1, 2, 3, 4, 5])

    guard let folder = ProcessInfo.processInfo.environment["SOCKDIAG_FUZZ_SEEDS"] else { return }
    let root = URL(filePath: folder, directoryHint: .isDirectory).appending(path: "owners")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (index, seed) in Set(seeds).enumerated() { try Data(seed).write(to: root.appending(path: "\(index)")) }
  }
}
