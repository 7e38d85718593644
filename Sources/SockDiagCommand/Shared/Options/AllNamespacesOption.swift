internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// The option for all network namespaces of the host.
struct AllNamespacesOption: ParsableArguments {
  @Flag(
    name: .customLong("all-netns"),
    help: "In all network namespaces of the host: those with names, of processes, and held by descriptors or mounts.")
  var allNamespaces = false

  /// The namespaces to read; `nil` without the option.
  ///
  /// - Parameters:
  ///   - outside: A namespace to read from outside, because `--netns` names it and this user may not enter it.
  ///   - remarks: Takes remarks about namespaces that may be missing.
  func namespaces(
    besides option: NamespaceOption, orIn outside: NetworkNamespace? = nil, _ remarks: inout Remarks
  ) throws -> [NamespaceTag]? {
    guard allNamespaces else { return outside.map { [NamespaceTag($0, isOwn: false)] } }
    guard option.netns == nil else {
      throw CommandFailure.usage("--all-netns and --netns exclude each other; leave one of them out")
    }
    let list = try Progress.during("looking for network namespaces") { () throws(SockDiagError) in
      try NetworkNamespace.all()
    }
    remarks.note(list)
    let own = try? NetworkNamespace.current()
    return list.namespaces.map { NamespaceTag($0, isOwn: $0 == own) }
  }
}

/// The names in a filter for sockets of many namespaces. Each has interfaces of its own, under the same names and numbers.
struct ManyNamespacesFilterNames: FilterNames {
  private let host = HostNames()

  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] { try host.addresses(ofHost: name) }
  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] { try host.ports(ofService: name) }
  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 { try host.id(ofUser: name) }
  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 { try host.id(ofCgroup: path) }

  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    throw FilterNameFailure("is an interface of one network namespace; name that with --netns instead of --all-netns")
  }
}
