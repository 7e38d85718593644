internal import BindDiagnosis
internal import Glibc
internal import SockDiag

/// What both forms of an answer need besides the diagnoses.
struct WhyContext {
  /// The kind of program for which socket options are written.
  var preset: Preset
  /// The namespace in which the printed commands must run, as the user named it.
  var namespace: String?
  /// Whether IPv6 addresses were left out because the host has no IPv6.
  var leavesOutIPv6 = false
  /// Whether the question names an address, and not only a port.
  var namesAddress = true
  /// The command line that asks the same question, without `-v`; `nil` if it follows from the diagnoses.
  var question: String?

  /// The time in seconds since 1970, for the age of files; `nil` if it is not shown.
  var now: Int64?

  init(preset: Preset, namespace: String?) {
    now = Int64(time(nil))
    self.preset = preset
    self.namespace = namespace
  }

  /// The command that asks for the same diagnoses.
  func question(of diagnoses: [Diagnosis]) -> String? {
    question ?? ToolLine(diagnoses.map(\.request), namespace: namespace).question("why", nil).first
  }
}
