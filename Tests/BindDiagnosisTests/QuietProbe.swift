import BindDiagnosis
import SocketLaboratory
import SocketLaboratoryKit

extension BindProbe {
  /// The kernel's answer while no process is being started, whose copy of the probe's socket would keep the port for a
  /// moment.
  static func quietOutcome(of request: BindRequest) throws(BindFactError) -> Int32 {
    try ProcessStarts.heldOff { () throws(BindFactError) in try outcome(of: request) }
  }
}
