/// The address of an end of a vsock socket.
///
/// Kernel: `struct sockaddr_vm`, linux/vm_sockets.h.
public struct VSockAddress: Hashable, Sendable {
  /// The machine. Kernel: `svm_cid`.
  public var contextID: UInt32
  /// The port. Kernel: `svm_port`.
  public var port: UInt32

  /// Creates an address from its parts.
  public init(contextID: UInt32, port: UInt32) {
    self.contextID = contextID
    self.port = port
  }

  /// The context id of the hypervisor. Kernel: `VMADDR_CID_HYPERVISOR`.
  public static let hypervisor: UInt32 = 0
  /// The context id of this machine, for connections within it. Kernel: `VMADDR_CID_LOCAL`, since 5.6.
  public static let local: UInt32 = 1
  /// The context id of the host, as its virtual machines know it. Kernel: `VMADDR_CID_HOST`.
  public static let host: UInt32 = 2
  /// The context id that stands for any machine. Kernel: `VMADDR_CID_ANY`.
  public static let anyContextID = UInt32.max
  /// The port that stands for any port. Kernel: `VMADDR_PORT_ANY`.
  public static let anyPort = UInt32.max

  private static let names: [(contextID: UInt32, name: String)] = [
    (hypervisor, "hypervisor"), (local, "local"), (host, "host"), (anyContextID, "any"),
  ]

  /// The name of a well-known machine; `nil` for a virtual machine.
  public var contextName: String? { Self.names.first { $0.contextID == contextID }?.name }

  /// The context id of a name or of a number.
  static func contextID(named name: some StringProtocol) -> UInt32? {
    if let known = names.first(where: { $0.name == name }) { return known.contextID }
    return name.utf8.allSatisfy(\.isDigit) ? UInt32(name) : nil
  }

  /// Appends the context id and the port, each `*` if it is any.
  func append(to text: inout [UInt8]) {
    if contextID == Self.anyContextID { text.append(UInt8(ascii: "*")) } else { text.appendDecimal(UInt64(contextID)) }
    text.append(UInt8(ascii: ":"))
    if port == Self.anyPort { text.append(UInt8(ascii: "*")) } else { text.appendDecimal(UInt64(port)) }
  }
}

extension VSockAddress: FieldWritable, Codable {
  /// Writes the fields with the keys of the command's JSON output. Parts that are any are left out.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    if contextID != Self.anyContextID {
      writer.number("cid", contextID)
      writer.text("cid_name", contextName)
    }
    if port != Self.anyPort { writer.number("port", port) }
  }

  /// Reads an address from the fields that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    self.init(
      contextID: try fields.optional("cid") ?? Self.anyContextID, port: try fields.optional("port") ?? Self.anyPort)
  }
}
