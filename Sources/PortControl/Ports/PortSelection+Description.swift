internal import BindDiagnosis
internal import Glibc
internal import SockDiag

extension PortSelection: CustomStringConvertible {
  /// The ports in a sentence: `port 8080`, `ports 80, 443 and 3000-3010`, `UDP port 127.0.0.1:53`.
  public var description: String {
    parts.allSatisfy { $0.transports == [.tcp] } ? Self.text(parts) : fullDescription
  }

  /// The same with the protocol, also if that is TCP alone.
  public var fullDescription: String {
    var groups: [(transports: [TransportProtocol], parts: [Part])] = []
    for part in parts {
      if let index = groups.firstIndex(where: { $0.transports == part.transports }) {
        groups[index].parts.append(part)
      } else {
        groups.append((part.transports, [part]))
      }
    }
    return Phrase.list(
      groups.map { group in
        "\(group.transports.map { $0 == .udp ? "UDP" : "TCP" }.joined(separator: " and ")) \(Self.text(group.parts))"
      })
  }

  /// `is` or `are`, for a sentence about the ports.
  package var verb: String { isSingle ? "is" : "are" }

  private static func text(_ parts: [Part]) -> String {
    let isOne = parts.count == 1 && parts.allSatisfy { $0.ports.count == 1 }
    return "\(isOne ? "port" : "ports") \(Phrase.list(parts.map(\.text)))"
  }
}

extension PortSelection.Part {
  /// The ports with each address: `8080`, `127.0.0.1:3000-3010`, `[fe80::1%eth0]:80`.
  fileprivate var text: String {
    let numbers = ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    let scope = interfaceIndex == 0 ? "" : "%\(InterfaceName.text(interfaceIndex))"
    switch place {
    case .anyAddress: return scope.isEmpty ? numbers : "*\(scope):\(numbers)"
    case .allAddresses: return "*\(scope):\(numbers)"
    case .addresses(let addresses):
      return addresses.map { address in
        address.family == .inet6 ? "[\(address)\(scope)]:\(numbers)" : "\(address)\(scope):\(numbers)"
      }.joined(separator: ", ")
    }
  }
}
