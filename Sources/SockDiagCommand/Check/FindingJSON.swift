internal import HostFindings
internal import SockDiag
internal import SockDiagWire

extension [UInt8] {
  /// Appends findings as a JSON array, a line for each.
  mutating func appendJSON(_ findings: [Finding]) {
    append(contentsOf: (findings.isEmpty ? "[" : "[\n").utf8)
    for (index, finding) in findings.enumerated() {
      if index > 0 { append(contentsOf: ",\n".utf8) }
      appendJSON(finding)
    }
    append(contentsOf: (findings.isEmpty ? "]\n" : "\n]\n").utf8)
  }

  private mutating func appendJSON(_ finding: Finding) {
    append(contentsOf: "{\"rule\":\"\(finding.rule.rawValue)\",\"severity\":\"\(finding.severity.rawValue)\"".utf8)
    append(contentsOf: ",\"figure\":\(finding.figure)".utf8)
    if let limit = finding.limit { append(contentsOf: ",\"limit\":\(limit)".utf8) }
    append(contentsOf: ",\"unit\":\"\(finding.unit)\",\"protocol\":\"\(finding.subject.protocol)\"".utf8)
    if let source = finding.subject.source { append(contentsOf: ",\"source_address\":\"\(source)\"".utf8) }
    appendJSON("local", finding.subject.local)
    appendJSON("remote", finding.subject.remote)
    if let process = finding.subject.process {
      append(contentsOf: ",\"pid\":\(process.processID),\"command\":".utf8)
      appendJSONString(process.command)
    }
    append(contentsOf: ",\"text\":".utf8)
    appendJSONString(finding.text)
    append(contentsOf: ",\"advice\":".utf8)
    appendJSONString(finding.advice)
    append(UInt8(ascii: "}"))
  }

  private mutating func appendJSON(_ key: StaticString, _ end: SocketAddress?) {
    guard let end else { return }
    append(contentsOf: ",\"\(key)\":{\"address\":\"\(end.address)\",\"port\":\(end.port)}".utf8)
  }
}
