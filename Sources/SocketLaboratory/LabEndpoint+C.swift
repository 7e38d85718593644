package import CSocketLaboratory

extension LabEndpoint {
  /// The endpoint for the C layer. The interface is looked up in the calling thread's namespace.
  package func forKernel() throws -> socklab_endpoint {
    var scope = scopeID ?? 0
    if scopeID == nil, let interface {
      // SAFETY: the call reads the NUL-terminated name and keeps nothing.
      scope = UInt32(try check(unsafe socklab_interface_index(interface), "find interface \(interface)"))
    }
    return socklab_endpoint(
      high: address.high,
      low: address.low,
      scope: scope,
      port: port,
      is_v6: address.isV6,
      error: 0
    )
  }

  /// Creates an endpoint from the kernel's answer. A scope becomes `interface`, if the caller passes its name.
  init(_ answer: socklab_endpoint, interface: String? = nil) {
    let address = LabAddress(isV6: answer.is_v6, high: answer.high, low: answer.low)
    self.init(address, answer.port, interface: answer.scope == 0 ? nil : interface)
  }
}
