package import CSocketLaboratory

extension LabProtocol {
  /// The protocol as the C layer takes it.
  package var forKernel: socklab_kind {
    switch self {
    case .tcp: SOCKLAB_TCP
    case .udp: SOCKLAB_UDP
    case .mptcp: SOCKLAB_MPTCP
    case .udpLite: SOCKLAB_UDPLITE
    }
  }
}
