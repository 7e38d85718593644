import BindDiagnosis
import SocketLaboratory
import SocketLaboratoryKit

@testable import SockDiagCommand

// A process that is being started has copies of all descriptors of this one for a moment: it keeps their ports, and is one
// more holder of their sockets.

extension BindProbe {
  /// What the kernel answers while no process is started.
  static func quietOutcome(of request: BindRequest) throws(BindFactError) -> Int32 {
    try ProcessStarts.heldOff { () throws(BindFactError) in try outcome(of: request) }
  }
}

extension Why {
  /// The diagnoses while no process is started.
  func quietDiagnoses(_ effort: Diagnostician.Effort) throws -> [Diagnosis] {
    try ProcessStarts.heldOff { try diagnoses(effort) }
  }
}
