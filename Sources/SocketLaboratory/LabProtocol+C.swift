package import CSocketLaboratory

extension LabProtocol {
  /// The protocol for the C layer.
  package var forKernel: socklab_kind {
    switch self {
    case .tcp: SOCKLAB_TCP
    case .udp: SOCKLAB_UDP
    case .mptcp: SOCKLAB_MPTCP
    case .udpLite: SOCKLAB_UDPLITE
    }
  }
}
