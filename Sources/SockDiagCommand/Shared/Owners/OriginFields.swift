internal import SockDiagWire
internal import SocketOwners

extension FieldWriter {
  /// Writes where a process comes from.
  mutating func origin(_ origin: ProcessOrigin) {
    milliseconds("age_ms", origin.age)
    text("working_directory", utf8: origin.workingDirectory)
    text("terminal", origin.terminal)
    objects("ancestors", origin.ancestors) { ancestor, writer in
      writer.number("pid", ancestor.pid)
      writer.text("command", utf8: ancestor.command)
    }
  }
}
