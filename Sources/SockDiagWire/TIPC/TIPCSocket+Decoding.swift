extension TIPCSocket {
  /// Numbers of attributes. Kernel: `TIPC_NLA_*`, linux/tipc_netlink.h.
  enum MessageAttribute: UInt16 {
    case socket = 2
  }

  /// Kernel: `TIPC_NLA_SOCK_*`, linux/tipc_netlink.h.
  enum Attribute: UInt16 {
    case address = 1
    case reference = 2
    case connection = 3
    case hasPublications = 4
    case statistics = 5
    case type = 6
    case inode = 7
    case uid = 8
    case state = 9
    case cookie = 10
    case padding = 11
    case group = 12
  }

  /// Kernel: `TIPC_NLA_CON_*`, linux/tipc_netlink.h.
  enum ConnectionAttribute: UInt16, CaseIterable {
    case flag = 1
    case node = 2
    case reference = 3
    case type = 4
    case instance = 5
  }

  /// Kernel: `TIPC_NLA_SOCK_STAT_*`, linux/tipc_netlink.h.
  enum StatisticsAttribute: UInt16, CaseIterable {
    case receiveQueue = 0
    case sendQueue = 1
    case linkCongestion = 2
    case connectionCongestion = 3
    case drops = 4
  }

  /// Kernel: `TIPC_NLA_SOCK_GROUP_*`, linux/tipc_netlink.h.
  enum GroupAttribute: UInt16, CaseIterable {
    case id = 0
    case open = 1
    case nodeScope = 2
    case clusterScope = 3
    case instance = 4
    case nextBroadcast = 5
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    guard payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      throw WireError(.structureLength, at: payload.lowerBound, "a TIPC socket ends behind the bytes")
    }
    self = TIPCSocket()
    var hasSocket = false
    var fault: WireError?
    var cursor = NetlinkAttributeCursor(payload)
    do throws(WireError) {
      while let attribute = try cursor.next(in: bytes) {
        if attribute.type == MessageAttribute.socket.rawValue, !hasSocket {
          hasSocket = true
          fault = decodeAttributes(attribute.payload, in: bytes)
        } else {
          unknownMessageAttributes.append(
            UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
        }
      }
    } catch {
      if !hasSocket { throw error }
      fault = fault ?? error
    }
    guard hasSocket else {
      throw WireError(.structureLength, at: payload.lowerBound, "a TIPC socket lacks the attribute TIPC_NLA_SOCK")
    }
    return fault
  }

  private mutating func decodeAttributes(_ nest: Range<Int>, in bytes: Span<UInt8>) -> WireError? {
    var cursor = NetlinkAttributeCursor(nest)
    do throws(WireError) {
      while let attribute = try cursor.next(in: bytes) {
        if try !decode(attribute, in: bytes) {
          unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
        }
      }
    } catch {
      return error
    }
    return nil
  }

  /// Returns whether the attribute is known and decoded completely.
  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) throws(WireError) -> Bool {
    let payload = attribute.payload
    let start = payload.lowerBound
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.address, 4): local.node = bytes.host32(at: start)
    case (.reference, 4): local.reference = bytes.host32(at: start)
    case (.hasPublications, 0): hasPublications = true
    case (.type, 4):
      guard let number = UInt8(exactly: bytes.host32(at: start)) else { return false }
      type = SocketType(rawValue: number)
    case (.state, 4):
      guard let number = UInt8(exactly: bytes.host32(at: start)) else { return false }
      reportedState = SocketState(rawValue: number)
    case (.inode, 4): inode = bytes.host32(at: start)
    case (.uid, 4): uid = bytes.host32(at: start)
    case (.cookie, 8): cookie = bytes.hostCookie(at: start)
    // Aligns the cookie on some machines.
    case (.padding, 0): break
    case (.connection, _):
      var connection = Connection()
      let isKnown = try Self.decodeAttributes(payload, in: bytes) { connection.decode($0, in: bytes) }
      self.connection = connection
      return isKnown
    case (.statistics, _):
      var statistics = Statistics()
      let isKnown = try Self.decodeAttributes(payload, in: bytes) { statistics.decode($0, in: bytes) }
      self.statistics = statistics
      return isKnown
    case (.group, _):
      var group = Group()
      let isKnown = try Self.decodeAttributes(payload, in: bytes) { group.decode($0, in: bytes) }
      self.group = group
      return isKnown
    default: return false
    }
    return true
  }

  /// Returns whether all attributes of a nest are known.
  private static func decodeAttributes(
    _ nest: Range<Int>, in bytes: Span<UInt8>, _ decode: (NetlinkAttribute) -> Bool
  ) throws(WireError) -> Bool {
    var cursor = NetlinkAttributeCursor(nest)
    var areKnown = true
    while let attribute = try cursor.next(in: bytes) {
      if !decode(attribute) { areKnown = false }
    }
    return areKnown
  }
}

extension TIPCSocket.Connection {
  fileprivate mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) -> Bool {
    typealias Attribute = TIPCSocket.ConnectionAttribute
    let start = attribute.payload.lowerBound
    switch (Attribute(rawValue: attribute.type), attribute.payload.count) {
    case (.node, 4): peer.node = bytes.host32(at: start)
    case (.reference, 4): peer.reference = bytes.host32(at: start)
    case (.flag, 0): if service == nil { service = TIPCSocket.Service(type: 0, instance: 0) }
    case (.type, 4): service = TIPCSocket.Service(type: bytes.host32(at: start), instance: service?.instance ?? 0)
    case (.instance, 4): service = TIPCSocket.Service(type: service?.type ?? 0, instance: bytes.host32(at: start))
    default: return false
    }
    return true
  }
}

extension TIPCSocket.Statistics {
  fileprivate mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) -> Bool {
    typealias Attribute = TIPCSocket.StatisticsAttribute
    let start = attribute.payload.lowerBound
    switch (Attribute(rawValue: attribute.type), attribute.payload.count) {
    case (.receiveQueue, 4): receivedMessages = bytes.host32(at: start)
    case (.sendQueue, 4): unsentMessages = bytes.host32(at: start)
    case (.drops, 4): drops = bytes.host32(at: start)
    case (.linkCongestion, 0): isLinkCongested = true
    case (.connectionCongestion, 0): isConnectionCongested = true
    default: return false
    }
    return true
  }
}

extension TIPCSocket.Group {
  fileprivate mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) -> Bool {
    typealias Attribute = TIPCSocket.GroupAttribute
    let start = attribute.payload.lowerBound
    switch (Attribute(rawValue: attribute.type), attribute.payload.count) {
    case (.id, 4): id = bytes.host32(at: start)
    case (.instance, 4): instance = bytes.host32(at: start)
    case (.nextBroadcast, 4): nextBroadcast = bytes.host32(at: start)
    case (.open, 0): isOpen = true
    case (.nodeScope, 0): hasNodeScope = true
    case (.clusterScope, 0): hasClusterScope = true
    default: return false
    }
    return true
  }
}
