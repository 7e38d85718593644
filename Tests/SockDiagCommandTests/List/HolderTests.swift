import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Holders as text.
struct HolderTextTests {
  private static func entry(
    _ pid: Int32, _ descriptor: UInt32, command: [UInt8]? = Array("nginx".utf8), thread: Int32? = nil,
    slot: UInt32? = nil, isInherited: Bool = false
  ) -> HolderList.Entry {
    let details = command.map { name in
      var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 7), command: name)
      details.executable = Array("/usr/sbin/".utf8) + name
      details.arguments = [name, Array("-g\n".utf8), []]
      details.uid = 33
      details.cgroup = CgroupPath(Array("/system.slice/nginx.service".utf8))
      return details
    }
    return HolderList.Entry(
      holder: SocketHolder(pid: pid, descriptor: descriptor, threadID: thread, fixedFileSlot: slot), process: details,
      isInherited: isInherited)
  }

  private func cell(_ list: HolderList) -> String {
    var text: [UInt8] = []
    text.append(list)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func everyHolderIsShownAndThoseThatInheritedStandOut() {
    let list = HolderList(entries: [
      Self.entry(10, 6), Self.entry(10, 7), Self.entry(11, 6, command: Array("sleep".utf8), isInherited: true),
      Self.entry(12, 3, thread: 14), Self.entry(13, 4, slot: 2), Self.entry(15, 5, command: nil),
    ])
    #expect(
      cell(list) == "nginx(10,fd=6,fd=7) ^sleep(11,fd=6) nginx(12,thread=14,fd=3) nginx(13,io_uring=4) ?(15,fd=5)")
  }

  @Test func missingHolderIsNamedByItsReason() {
    #expect(cell(HolderList(entries: [], reasons: .noProcess)) == "-")
    #expect(cell(HolderList(entries: [], reasons: [.kernel, .closedMeanwhile])) == "(kernel|closed-meanwhile)")
    #expect(cell(HolderList(entries: [], reasons: [.inFlight])) == "(in-flight)")
    // A user without permission to look cannot know which of them it is.
    #expect(cell(HolderList(entries: [], reasons: [.kernel, .unreadableProcess])) == "?")
  }

  @Test(arguments: [
    Array("\u{1b}[31m".utf8), [0xff, 0xfe, 0x22, 0x5c], Array("a b\n\r\u{7f}".utf8), Array("\u{202e}evil".utf8), [],
  ])
  func processNamesAreMadeHarmless(name: [UInt8]) throws {
    let list = HolderList(entries: [Self.entry(10, 6, command: name)])
    #expect(cell(list).utf8.allSatisfy { (0x21...0x7e).contains($0) })

    var lines = DetailText(bytes: [], lineStart: "\n")
    lines.append(list.entries)
    #expect(lines.bytes.dropFirst().allSatisfy { $0 >= 0x20 && $0 != 0x7f })

    let renderer = JSONRenderer(.lines, interfaces: InterfaceNames(.none), output: ByteOutput(descriptor: nil))
    try renderer.render(try #require(try Samples.assorted.first), SocketNotes(holders: list))
    let value = try JSONValue(parsing: renderer.text)
    #expect(try JSONTests.schema.violations(of: value).isEmpty)
    #expect(value["holders"]?.elements.first?["command"] == .string(String(decoding: name, as: UTF8.self)))
  }
}

/// Holders of real sockets, in tables and in filters.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct HolderCommandTests {
  private struct Answers: Sendable {
    var alone: String
    var listed: [String: String] = [:]
    var json: [UInt8]
    var plain: CommandResult
    var children: [Int32]
  }

  private static let filters = [
    "pid \(getpid())", "not pid \(getpid())", "pid 1", "sport = :81 and pid \(getpid())", "sport = :81 or pid 1",
    "pid CHILD", "comm != nobody-is-called-so and sport = :80", "comm nobody-is-called-so or sport = :80",
    "pid \(getpid()) and autobound",
  ]

  private static func answers() async throws -> Answers {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let shared = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 81))
      let child = try LabHolder(.inherited, shared)
      let namespace = laboratory.namespace
      var answers = Answers(
        alone: try namespace.run([tool, "-H"]).outputText,
        json: try namespace.run([tool, "list", "-tlp", "--json"]).output,
        plain: try namespace.run(Tool.asNobody + [tool, "-H"]), children: [child.pid])
      for filter in filters {
        let text = filter.replacing("CHILD", with: "\(child.pid)")
        answers.listed[filter] = try namespace.run([tool, "list", "-Htl", text]).outputText
          .split(separator: "\n").map { $0.contains(":80") ? "80" : "81" }.sorted().joined(separator: " ")
      }
      child.letGo()
      return answers
    }
  }

  @Test func defaultViewNamesEveryHolder() async throws {
    let answers = try await Self.answers()
    let rows = answers.alone.split(separator: "\n")
    #expect(rows.count == 2)
    let child = try #require(answers.children.first)
    let shared = try #require(rows.first { $0.contains(":80 ") })
    #expect(shared.contains("(\(getpid()),fd=") && shared.contains(" ^") && shared.contains("(\(child),fd="))
    #expect(try #require(rows.first { $0.contains(":81 ") }).contains("(\(getpid()),fd="))

    let elements = try JSONValue(parsing: answers.json).elements
    let schema = try JSONTests.schema
    for element in elements { #expect(schema.violations(of: element).isEmpty) }
    // A process that another test is starting has copies for a moment.
    let known = ([getpid()] + answers.children).map { JSONValue.number(Double($0)) }
    let holders = elements.flatMap { $0["holders"]?.elements ?? [] }.filter { $0["pid"].map(known.contains) ?? true }
    #expect(holders.count == 3)
    #expect(holders.count { $0["inherited"] == .boolean(true) } == 1)
  }

  @Test func filtersMatchHolders() async throws {
    let listed = try await Self.answers().listed
    #expect(listed["pid \(getpid())"] == "80 81")
    #expect(listed["not pid \(getpid())"] == "")
    #expect(listed["pid 1"] == "")
    #expect(listed["sport = :81 and pid \(getpid())"] == "81")
    #expect(listed["sport = :81 or pid 1"] == "81")
    #expect(listed["pid CHILD"] == "80")
    #expect(listed["comm != nobody-is-called-so and sport = :80"] == "80")
    #expect(listed["comm nobody-is-called-so or sport = :80"] == "80")
    #expect(listed["pid \(getpid()) and autobound"] == "")
  }

  @Test func numberOfHiddenHoldersIsReported() async throws {
    let plain = try await Self.answers().plain
    #expect(plain.status == 0)
    #expect(plain.outputText.split(separator: "\n").allSatisfy { $0.hasSuffix("?") })
    #expect(
      plain.errorText
        == "sockdiag: 2 sockets have processes that are hidden from this user; run it as root to see them\n")
  }

  /// A process that this proc hides may be the one that the filter excludes.
  @Test(arguments: [["list", "-Htl"], ["destroy", "-Hl", "--yes"]])
  func holderInAnotherPIDNamespaceIsNotReportedAsMissing(_ words: [String]) async throws {
    let tool = try Tool.path
    let (result, isThere) = try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      let namespace = laboratory.namespace
      let apart = ["unshare", "--pid", "--fork", "--mount-proc", tool]
      let result = try namespace.run(apart + words + ["not comm nobody-is-called-so"])
      return (result, try !namespace.run([tool, "list", "-Htl"]).output.isEmpty)
    }
    #expect(result.outputText == "" && isThere)
    #expect(
      result.errorText.contains(
        "sockdiag: 1 socket is left out, because its process is hidden from this user; root needs CAP_SYS_PTRACE to see"
          + " them, and the host's /proc\n"))
  }

  /// A server whose workers start in the same clock tick as the process that forks them, and all keep its listener.
  @Test func childForkedInTheSameTickCountsAsInherited() async throws {
    let tool = try Tool.path
    let script = """
      import os, socket, subprocess, sys
      listener = socket.create_server(("127.0.0.1", 80))
      life, end = os.pipe()
      heard, ready = os.pipe()
      if os.fork() == 0:
          os.close(end)
          os.fork(), os.fork()
          os.write(ready, b".")
          os.read(life, 1)
          try:
              while True: os.wait()
          except ChildProcessError: os._exit(0)
      listener.close()
      for _ in range(4): os.read(heard, 1)
      subprocess.run([sys.argv[1], "list", "-tlp", "--json"])
      os.close(end)
      os.wait()
      """
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(["python3", "-c", script, tool])
    }
    let holders = try JSONValue(parsing: result.output).elements.flatMap { $0["holders"]?.elements ?? [] }
    #expect(holders.count == 4)
    #expect(holders.count { $0["inherited"] == .boolean(true) } == 3)
  }

  @Test func socketsOfAProcessCanBeDestroyed() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      let namespace = laboratory.namespace
      return try ["pid 1", "pid \(getpid())"].map {
        try namespace.run([tool, "destroy", "-H", "--yes", $0]).outputText
      }
    }
    #expect(result[0].isEmpty)
    #expect(result[1].contains("destroyed"))
  }
}
