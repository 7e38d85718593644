import BindDiagnosis
import SocketLaboratory

extension BindProbe {
  /// What the kernel answers while no process is started, which would have a copy of the probe's socket for a moment and
  /// keep the port.
  static func quietOutcome(of request: BindRequest) throws(BindFactError) -> Int32 {
    try ProcessStarts.heldOff { () throws(BindFactError) in try outcome(of: request) }
  }
}
