internal import BindDiagnosis
internal import SockDiag

/// A port with its address, and its interface if it has one, in the form of the command line.
struct PortPlace: Hashable {
  private let address: IPAddress
  private let port: UInt16
  private let interfaceIndex: UInt32

  /// The place of a socket.
  init(_ socket: InetSocket) {
    address = socket.local.address.unmapped
    port = socket.local.port
    interfaceIndex = socket.interfaceIndex
  }

  /// The place of a request. The interface of SO_BINDTODEVICE is a separate option, unless the address needs an
  /// interface.
  init(_ request: BindRequest) {
    address = request.local.address
    port = request.local.port
    interfaceIndex =
      request.scopeID == 0 && request.local.address.needsInterface ? request.interfaceIndex : request.scopeID
  }

  var isWildcard: Bool { address.unmapped.isUnspecified }

  /// The order of places: `[::]`, which includes IPv4, then `0.0.0.0`, then addresses.
  var breadth: Int { isWildcard ? (address.family == .inet6 ? 0 : 1) : 2 }

  /// The place as an argument.
  var argument: PortArgument {
    PortArgument(text: text, place: .addresses([address]), interfaceIndex: interfaceIndex, port: port)
  }

  /// The text of the argument, not yet quoted for a shell.
  var text: String {
    let host = "\(address)\(interfaceIndex == 0 ? "" : "%\(interface)")"
    return address.family == .inet6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// The name of the interface, or its number if the name is ambiguous: the kernel allows the name `7`.
  private var interface: String {
    var interfaces = InterfaceNames(.host)
    let name = interfaces.name(interfaceIndex).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let isPlain = name.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default: "-_.".utf8.contains($0)
      }
    }
    let isNumber = name.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isPlain && !isNumber ? name : "\(interfaceIndex)"
  }
}
