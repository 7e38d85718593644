internal import SockDiag
internal import SockDiagWire

/// Which gauges of a collector have label sets of their own.
struct FamilySets: Sendable {
  var listeners: GaugeSets<SocketAddress>
  var tcpServices: GaugeSets<Service>
  var udpServices: GaugeSets<Service>
  var destinations: GaugeSets<Destination>

  /// The connections from one address to one destination.
  struct Destination: Hashable, Comparable, Sendable {
    var source: IPAddress
    var destination: SocketAddress
    var interfaceIndex: UInt32

    static func < (left: Destination, right: Destination) -> Bool {
      (left.destination, left.source, left.interfaceIndex) < (right.destination, right.source, right.interfaceIndex)
    }
  }

  init(limit: Int) {
    listeners = GaugeSets(limit: limit)
    tcpServices = GaugeSets(limit: limit)
    udpServices = GaugeSets(limit: limit)
    destinations = GaugeSets(limit: limit)
  }
}
