import BindDiagnosis
import FoundationEssentials
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The guide "Address already in use": its outputs equal those of the command, its tables equal the kernel's answers,
/// and the tests that it names exist.
struct GuideTests {
  private static let path = "../Sources/BindDiagnosis/BindDiagnosis.docc/Address-already-in-use.md"

  private static var lines: [String] {
    get throws {
      String(decoding: try Fixture.read(path), as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The blocks of output, without their fences.
  private static var blocks: [[String]] {
    get throws {
      let parts = try lines.split(omittingEmptySubsequences: false) { $0.hasPrefix("```") }
      return parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { Array($0.element) }
    }
  }

  @Test func everyQuotedOutputEqualsTheCommands() throws {
    let blocks = try Self.blocks
    #expect(blocks.count >= 13)
    for block in blocks {
      let words = (block.first ?? "").split(separator: " ")
      try #require(words.count == 4 && block[0].hasPrefix("$ sockdiag demo "), "\(block)")
      let golden = String(decoding: try Fixture.read("why/\(words[3]).txt"), as: UTF8.self)
      var rest = golden[...]
      // An ellipsis marks omitted lines; the text between is word for word, and in order.
      for piece in block.dropFirst().split(separator: "…") {
        let text = piece.joined(separator: "\n") + "\n"
        let found = rest.firstRange(of: text)
        #expect(found != nil, "\(words[3]): \(text)")
        if let found { rest = rest[found.upperBound...] }
      }
    }
  }

  /// The guide quotes each situation, except those that explain themselves.
  @Test func everySituationIsQuoted() throws {
    let quoted = Set(try Self.blocks.compactMap { $0.first?.split(separator: " ").last.map(String.init) })
    #expect(
      Set(BindSituation.all.map(\.name)).subtracting(quoted) == ["free", "destroyed-listener", "reuseport-group"])
  }

  @Test func everyNamedTestExists() throws {
    let sources = try Self.testSources()
    let named = try Self.lines.joined(separator: "\n").matches(of: /`([A-Z]\w+Tests)(?:\.(\w+))?`/)
    #expect(named.count > 30)
    for name in named {
      let source = sources.first { $0.contains("struct \(name.1) ") || $0.contains("struct \(name.1):") }
      let suite = try #require(source, "\(name.0)")
      if let function = name.2 { #expect(suite.contains("func \(function)("), "\(name.0)") }
    }
  }

  private static func testSources() throws -> [String] {
    let root = Fixture.path("../Tests")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root)
    return try paths.filter { $0.hasSuffix("Tests.swift") }.map {
      String(decoding: try Data(contentsOf: URL(filePath: "\(root)/\($0)")), as: UTF8.self)
    }
  }

  // MARK: Tables

  /// The table whose first cell begins with this text: names of columns, then rows with their names.
  private static func table(_ start: String) throws -> (columns: [String], rows: [[String]]) {
    let lines = try lines
    let first = try #require(lines.firstIndex { $0.hasPrefix("| \(start)") })
    let rows = lines[first...].prefix { $0.hasPrefix("|") }.map { line in
      line.split(separator: "|").map { $0.trimmingPrefix(" ").split(separator: " ").joined(separator: " ") }
    }
    return (Array(rows[0].dropFirst()), Array(rows.dropFirst(2)))
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func tableOfOptionsEqualsTheKernels() async throws {
    let (columns, rows) = try Self.table("older socket has ↓, new one sets →")
    let options: [String: BindOptions] = [
      "none": [], "SO_REUSEADDR": .reuseAddress, "SO_REUSEPORT": .reusePort, "both": [.reuseAddress, .reusePort],
    ]
    #expect(columns.count == 4 && rows.count == 4)
    for row in rows {
      let held = try #require(options[row[0]])
      let answers = try await Laboratory.withNew { laboratory in
        _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080), options: SocketOption.sharing(held))
        return try columns.map { column in
          let request = BindRequest(.tcp, "127.0.0.1:8080", options: options[column] ?? [], uid: 0)
          return try BindProbe.quietOutcome(of: request) == EADDRINUSE ? "in use" : "free"
        }
      }
      #expect(Array(row.dropFirst()) == answers, "\(row[0])")
    }
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func tableOfAddressesEqualsTheKernels() async throws {
    let (columns, rows) = try Self.table("older socket has ↓, new one asks for →")
    #expect(columns.count == 6 && rows.count == 5)
    for row in rows {
      let answers = try await Laboratory.withNew { laboratory in
        let words = row[0].split(separator: " ")
        let address = try #require(Self.addresses[String(words[0])])
        _ = try laboratory.boundSocket(
          to: LabEndpoint(address, 8080), options: address.isV6 ? [.v6Only(words.count > 1)] : [])
        return try columns.map { column in
          let words = column.split(separator: " ")
          let request = BindRequest(
            .tcp, try #require(SocketAddress("\(words[0]):8080")), options: words.count > 1 ? .v6Only : [], uid: 0)
          return try BindProbe.quietOutcome(of: request) == EADDRINUSE ? "in use" : "free"
        }
      }
      #expect(Array(row.dropFirst()) == answers, "\(row[0])")
    }
  }

  private static let addresses: [String: LabAddress] = [
    "0.0.0.0": .anyV4, "127.0.0.1": .loopbackV4, "[::]": .anyV6, "[::1]": .loopbackV6,
  ]
}

extension SocketOption {
  fileprivate static func sharing(_ options: BindOptions) -> [SocketOption] {
    (options.contains(.reuseAddress) ? [.reuseAddress] : []) + (options.contains(.reusePort) ? [.reusePort] : [])
  }
}
