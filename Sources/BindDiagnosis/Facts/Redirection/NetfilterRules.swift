internal import CBindDiagnosis
internal import Glibc
internal import SocketOwners

/// The chains of type nat in this network namespace, with the rules of every chain of their tables.
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

  /// The chains that the kernel goes to first: those that meet a packet before it is routed.
  private(set) var bases: [Base] = []
  private(set) var rules: [Place: [[NetfilterAttribute]]] = [:]
  private let descriptor: Int32

  /// Reads them; `nil` if they may not be read, are too many, or if the kernel has no nf_tables.
  ///
  /// Kernel: `NFT_MSG_GETCHAIN`, `NFT_MSG_GETRULE`, net/netfilter/nf_tables_api.c; since 3.13.
  init?() {
    guard Self.isLoaded else { return nil }
    descriptor = cbinddiagnosis_netfilter_open()
    guard descriptor >= 0, let chains = Self.dump(descriptor, Message.chains) else { return nil }
    for (family, attributes) in chains {
      let found = NetfilterAttribute.table(attributes)
      // NFTA_CHAIN_TABLE, _NAME, _HOOK with NFTA_HOOK_HOOKNUM, _TYPE.
      guard let table = found[1]?.text, let name = found[3]?.text, found[7]?.text == "nat", let hook = found[4],
        let number = NetfilterAttribute.table(hook)[1]?.number, number == 0 || number == 3
      else { continue }
      bases.append(Base(place: Place(family: family, table: table, name: name), hook: number))
    }
    if bases.isEmpty { return }
    let tables = Set(bases.map { Place(family: $0.place.family, table: $0.place.table, name: "") })
    guard let all = Self.dump(descriptor, Message.rules) else { return nil }
    for (family, attributes) in all {
      // NFTA_RULE_TABLE, _CHAIN, _EXPRESSIONS.
      let found = NetfilterAttribute.table(attributes)
      guard let table = found[1]?.text, tables.contains(Place(family: family, table: table, name: "")),
        let chain = found[2]?.text
      else { continue }
      rules[Place(family: family, table: table, name: chain), default: []].append(
        found[4].map(NetfilterAttribute.all) ?? [])
    }
  }

  /// Ends the conversation.
  func close() { _ = Glibc.close(descriptor) }

  /// The elements of a set; `nil` if they cannot be read.
  func elements(of set: Place) -> [[UInt16: ArraySlice<UInt8>]]? {
    guard let lists = Self.dump(descriptor, Message.elements, of: set) else { return nil }
    return lists.flatMap { _, attributes in
      (NetfilterAttribute.table(attributes)[3].map(NetfilterAttribute.all) ?? []).map {
        NetfilterAttribute.table($0.bytes)
      }
    }
  }

  private enum Message {
    static let chains: UInt8 = 4
    static let rules: UInt8 = 7
    static let elements: UInt8 = 13
  }

  /// Asking netlink would load the nf_tables module on a host without it, and `why` must change nothing.
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
      while rest.count >= 16 {
        let size = Int(NetfilterAttribute.host32(rest, 0))
        let type = NetfilterAttribute.host16(rest, 4)
        guard size >= 16, size <= rest.count else { return nil }
        if type == 3 { return found }
        if type == 2 { return nil }
        // struct nfgenmsg, linux/netfilter/nfnetlink.h.
        if size >= 20, let family = rest.dropFirst(16).first {
          found.append((family, ArraySlice(Array(rest.dropFirst(20).prefix(size - 20)))))
        }
        rest = rest.dropFirst((size + 3) & ~3)
      }
    }
    return nil
  }
}
