internal import SockDiag
internal import SockDiagWire

/// The JSON fields of `capabilities`.
struct CapabilityFields: FieldWritable {
  let capabilities: Capabilities

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("kernel", capabilities.release)
    writer.boolean("loads_modules", capabilities.canLoadModules)
    writer.text("refusal", capabilities.refusal?.reason)
    writer.objects("handlers", capabilities.handlers, isOnLines: true) { handler, writer in
      writer.text("sockets", handler.handler.name)
      writer.text("family", "\(handler.handler.family)")
      writer.number("protocol", handler.handler.protocol?.rawValue)
      writer.text("answer", Self.name(of: handler.answer))
      if case .refused(let error) = handler.answer { writer.text("error", error.reason) }
      writer.text("module", handler.module)
      writer.text("option", handler.handler.option)
      writer.text("provider", handler.provider.rawValue)
      writer.text("suggestion", handler.suggestion)
      writer.text("proc_net_table", handler.handler.procNetTable)
      writer.text("removed_in", handler.handler.removedIn)
    }
    let features = KernelFeature.all.compactMap { feature in capabilities.features[feature].map { (feature, $0) } }
    writer.objects("features", features, isOnLines: true) { element, writer in
      let (feature, isPresent) = element
      writer.text("feature", feature.rawValue)
      writer.boolean("is_present", isPresent)
      writer.text("requires", feature.requirement)
    }
    writer.number("tcp_info_bytes", capabilities.tcpInfoByteCount)
  }

  private static func name(of answer: HandlerCapability.Answer) -> String {
    switch answer {
    case .present: "present"
    case .missing: "missing"
    case .refused: "refused"
    case .notAsked: "not-asked"
    }
  }
}
