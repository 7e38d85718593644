import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// A kernel that ran in an emulator, and what was recorded there: `Fixtures/guests`.
struct Guest: Sendable, CustomTestStringConvertible {
  /// The program that sent a request.
  enum Asker: Sendable {
    case ss
    /// The recorder, which asks for what `ss` does not ask for.
    case recorder
  }

  private let folder: URL

  /// Such as `linux-6.1-amd64`.
  var name: String { folder.lastPathComponent }
  var testDescription: String { name }

  /// All guests, by their names.
  static let all: [Guest] = Fixtures.files(below: "captures", withExtension: "ndjson")
    .filter { $0.lastPathComponent == "facts.ndjson" }.map { Guest(folder: $0.deletingLastPathComponent()) }

  /// The version of the kernel, without its last number: 6.1.
  var version: String { String(name.split(separator: "-").dropFirst().first ?? "") }

  /// Whether its captures have the byte order of s390x.
  var isBigEndian: Bool { name.hasSuffix("s390x") }

  /// Whether this kernel answered for a family. If not, the guest noted that it had no answer.
  func answered(_ question: String) throws -> Bool {
    let isRecorded = FileManager.default.fileExists(atPath: folder.appending(path: "\(question).pcap").path)
    let isNoted = String(decoding: try bytes("absent.txt"), as: UTF8.self).contains("question \(question)\t")
    #expect(isRecorded != isNoted, "\(question) of \(name)")
    return isRecorded
  }

  /// What `ss` printed.
  func text(_ question: String) throws -> String {
    String(decoding: try bytes("\(question).ss.txt"), as: UTF8.self)
  }

  /// The bytes of a file; empty if the guest has none of that name.
  func bytes(_ name: String) throws -> [UInt8] {
    let file = folder.appending(path: name)
    return FileManager.default.fileExists(atPath: file.path) ? try Fixtures.bytes(file) : []
  }

  /// The sockets of a capture that one program asked for.
  func sockets(_ question: String, for asker: Asker) throws -> [CapturedSocket] {
    let bytes = try bytes("\(question).pcap")
    var decoder = CaptureDecoder(try CaptureReader(bytes.span))
    var sockets: [CapturedSocket] = []
    _ = decoder.forEach(in: bytes.span) { socket, packet in
      guard packet.range.count >= 16 else { return }
      let sequence = bytes[packet.range.lowerBound + 8..<packet.range.lowerBound + 12]
      // The sequence number of ss, in either byte order. The recorder counts from 1.
      let number: UInt32 = 123_456
      let isOfSS = [number.memory, number.byteSwapped.memory].contains(Array(sequence))
      if isOfSS == (asker == .ss) { sockets.append(socket) }
    }
    return sockets
  }

  /// The paths of the cgroups that have sockets, by their ids.
  func cgroups() throws -> [UInt64: String] {
    try table("cgroups.txt").reduce(into: [:]) { $0[$1.number] = $1.name }
  }

  /// The names of interfaces, by their indices.
  func interfaces() throws -> [UInt32: String] {
    try table("interfaces.txt").reduce(into: [:]) { $0[UInt32($1.number)] = $1.name }
  }

  private func table(_ name: String) throws -> [(number: UInt64, name: String)] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      return words.count == 2 ? UInt64(words[0]).map { ($0, String(words[1])) } : nil
    }
  }
}

/// A line of `ss` without the column for the kind of socket.
struct GuestRow: Sendable {
  var state: String
  var queues: [String]
  var local: String
  var remote: String
  /// Everything after the columns.
  var details: String

  init?(_ line: some StringProtocol) {
    var fields = String(line).split(separator: " " as Character, maxSplits: 5).map(String.init)
    // ss leaves out the column of the state if it was asked for one state.
    if fields.first?.allSatisfy(\.isNumber) == true {
      fields = ["UNCONN"] + String(line).split(separator: " " as Character, maxSplits: 4).map(String.init)
    }
    guard fields.count >= 5 else { return nil }
    state = fields[0]
    queues = Array(fields[1...2])
    (local, remote) = (fields[3], fields[4])
    details = fields.count > 5 ? fields[5] : ""
  }

  /// The number after `sk:`, with which `ss` identifies the socket.
  var cookie: UInt64? {
    details.split(separator: " ").first { $0.hasPrefix("sk:") }.flatMap { UInt64($0.dropFirst(3), radix: 16) }
  }
}
