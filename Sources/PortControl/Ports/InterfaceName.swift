internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// Interfaces in sentences.
enum InterfaceName {
  /// The name of an interface, in the network namespace of the calling thread; the number if it has none.
  static func text(_ index: UInt32) -> String {
    var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    // SAFETY: the buffer has the IF_NAMESIZE bytes that the function may write, with their terminator.
    guard unsafe if_indextoname(index, &buffer) != nil else { return "\(index)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension InetSocket {
  /// The local end as tables show it: `*:80`, `[::]:80`, `0.0.0.0%eth0:80`.
  var localText: String {
    struct Names: EndpointNames {
      func appendInterface(_ index: UInt32, to text: inout [UInt8]) {
        text.append(contentsOf: InterfaceName.text(index).utf8)
      }
    }
    var (text, names) = ([UInt8](), Names())
    appendLocal(to: &text, &names)
    return String(decoding: text, as: UTF8.self)
  }

  /// The local end in the form of an argument: `[fe80::1%eth0]:80`.
  var localPlace: String {
    if interfaceIndex == 0 { return "\(local)" }
    let (address, scope) = (local.address.unmapped, InterfaceName.text(interfaceIndex))
    return address.family == .inet6 ? "[\(address)%\(scope)]:\(local.port)" : "\(address)%\(scope):\(local.port)"
  }
}
