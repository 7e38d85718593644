internal import CBindDiagnosis
internal import Glibc
internal import SocketOwners

/// The nat chains of this network namespace, with the rules of every chain in their tables.
struct NetfilterRules {
  struct Place: Hashable {
    var family: UInt8
    var table: String
    var name: String
  }

  struct Base {
    var place: Place
    var hook: UInt64
  }

  /// The base chains that a packet meets before it is routed.
  private(set) var bases: [Base] = []
  private(set) var rules: [Place: [[NetfilterAttribute]]] = [:]
  private let descriptor: Int32

  /// Reads them; `nil` if they may not be read, are too many, or the kernel has no nf_tables.
  ///
  /// Kernel: `NFT_MSG_GETCHAIN`, `NFT_MSG_GETRULE`, net/netfilter/nf_tables_api.c; since 3.13.
  init?() {
    guard Self.isLoaded else { return nil }
    descriptor = cbinddiagnosis_netfilter_open()
    guard descriptor >= 0, let chains = Self.dump(descriptor, Message.chains) else { return nil }
    for (family, attributes) in chains {
      let found = NetfilterAttribute.table(attributes)
      guard let table = found[NFTA_CHAIN_TABLE]?.text, let name = found[NFTA_CHAIN_NAME]?.text,
        found[NFTA_CHAIN_TYPE]?.text == "nat", let hook = found[NFTA_CHAIN_HOOK],
        let number = NetfilterAttribute.table(hook)[NFTA_HOOK_HOOKNUM]?.number,
        number == NetfilterHook.preRouting || number == NetfilterHook.localOut
      else { continue }
      bases.append(Base(place: Place(family: family, table: table, name: name), hook: number))
    }
    if bases.isEmpty { return }
    let tables = Set(bases.map { Place(family: $0.place.family, table: $0.place.table, name: "") })
    guard let all = Self.dump(descriptor, Message.rules) else { return nil }
    for (family, attributes) in all {
      let found = NetfilterAttribute.table(attributes)
      guard let table = found[NFTA_RULE_TABLE]?.text, tables.contains(Place(family: family, table: table, name: "")),
        let chain = found[NFTA_RULE_CHAIN]?.text
      else { continue }
      rules[Place(family: family, table: table, name: chain), default: []].append(
        found[NFTA_RULE_EXPRESSIONS].map(NetfilterAttribute.all) ?? [])
    }
  }

  /// Closes the netlink socket.
  func close() { _ = Glibc.close(descriptor) }

  /// The elements of a set; `nil` if they cannot be read.
  func elements(of set: Place) -> [[UInt16: ArraySlice<UInt8>]]? {
    guard let lists = Self.dump(descriptor, Message.elements, of: set) else { return nil }
    return lists.flatMap { _, attributes in
      (NetfilterAttribute.table(attributes)[NFTA_SET_ELEM_LIST_ELEMENTS].map(NetfilterAttribute.all) ?? []).map {
        NetfilterAttribute.table($0.bytes)
      }
    }
  }

  private enum Message {
    static let chains = UInt8(NFT_MSG_GETCHAIN.rawValue)
    static let rules = UInt8(NFT_MSG_GETRULE.rawValue)
    static let elements = UInt8(NFT_MSG_GETSETELEM.rawValue)
  }

  /// Asking through netlink would load the nf_tables module on a host without it, and `why` must not change anything.
  private static var isLoaded: Bool {
    var text: [UInt8] = []
    let error = KernelDirectories().contents(ProcPath("/proc/modules"), in: AT_FDCWD, limit: 1 << 20, into: &text)
    // A kernel without modules loads none.
    if error == -ENOENT { return true }
    return text.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: "nf_tables ".utf8) }
  }

  /// - Returns: The family and the attributes of each message; `nil` if the kernel refused or there were too many.
  private static func dump(
    _ descriptor: Int32, _ message: UInt8, of set: Place = Place(family: 0, table: "", name: "")
  ) -> [(family: UInt8, attributes: ArraySlice<UInt8>)]? {
    // SAFETY: the call reads the two terminated texts and keeps neither.
    guard unsafe cbinddiagnosis_netfilter_ask(descriptor, message, set.family, set.table, set.name) == 0 else {
      return nil
    }
    var found: [(UInt8, ArraySlice<UInt8>)] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    // 32 MiB: a quarter of a million rules.
    for _ in 0..<512 {
      // SAFETY: the call writes at most as many bytes as the buffer has.
      let length = unsafe cbinddiagnosis_netfilter_receive(descriptor, &buffer, buffer.count)
      guard length > 0, length <= buffer.count else { return nil }
      var rest = buffer.prefix(length)
      let (header, body) = (NetlinkLayout.header, NetlinkLayout.netfilterHeader)
      while rest.count >= header {
        let size = Int(NetfilterAttribute.host32(rest, NetlinkLayout.length))
        let type = NetfilterAttribute.host16(rest, NetlinkLayout.type)
        guard size >= header, size <= rest.count else { return nil }
        if type == NetlinkLayout.done { return found }
        if type == NetlinkLayout.error { return nil }
        if size >= header + body, let family = rest.dropFirst(header).first {
          found.append((family, ArraySlice(Array(rest.dropFirst(header + body).prefix(size - header - body)))))
        }
        rest = rest.dropFirst((size + 3) & ~3)
      }
    }
    return nil
  }
}
