internal import SockDiagWire
internal import SocketOwners

extension UnixDiagnosis {
  /// The remedies, the most likely first.
  public var remedies: [UnixRemedy] {
    switch verdict {
    case .free, .depends: []
    case .conflict: remediesOfName
    case .error(let error): remedies(against: error)
    }
  }

  private var remediesOfName: [UnixRemedy] {
    if request.name.isAbstract { return holderRemedies }
    guard let file = facts?.file, file.type == .socket else {
      return facts?.file?.type == .link ? [.removeLink] : [.useOtherPath]
    }
    switch presence {
    case .nothing: return [.removeFile, .removeFileEachTime]
    case .unknown, .hidden: return []
    case .server: return holderRemedies
    }
  }

  private var holderRemedies: [UnixRemedy] {
    var remedies: [UnixRemedy] = []
    var others: [Int32] = []
    for process in server?.processes ?? [] where process.process.pid != caller {
      let remedy: UnixRemedy? =
        switch process.supervision() {
        case .unit(let unit)?: .stopUnit(unit)
        case .socketActivation(let uid)?: .stopSocketUnit(managerUID: uid)
        case .container(let container)?: .stopContainer(container)
        case .firstProcess?: .stopMachine
        // A forwarder holds ports for containers, but its UNIX sockets are its own.
        case .forwarder?, nil: nil
        }
      guard let remedy else {
        others.append(process.process.pid)
        continue
      }
      if !remedies.contains(remedy) { remedies.append(remedy) }
    }
    if !others.isEmpty { remedies.append(.endProcesses(others)) }
    return remedies
  }

  private func remedies(against error: BindErrno) -> [UnixRemedy] {
    if request.isTooLong { return [.useShorterPath] }
    if let obstacle = facts?.folderError {
      switch obstacle.error {
      case .noSuchFile: return [.makeFolder(folderPath)]
      case .accessDenied: return [.allowSearch(obstacle.path)]
      default: return [.useOtherPath]
      }
    }
    switch error {
    case .noSuchFile where facts?.folder?.linkCount == 0: return [.makeFolder(folderPath)]
    case .accessDenied: return [.allowFolder]
    case .readOnlyFileSystem: return [.remountWritable, .useOtherPath]
    default: return [.useOtherPath]
    }
  }

  /// The folder of the path.
  package var folderPath: [UInt8] {
    guard case .path(let path) = request.name, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [0x2e] }
    return slash == path.startIndex ? [UInt8(ascii: "/")] : Array(path.prefix(slash))
  }

  /// Frequent advice that would not help.
  public var misbeliefs: [UnixMisbelief] {
    guard verdict == .conflict, request.name.isAbstract || facts?.file?.type == .socket else { return [] }
    if isStale { return [.reuseAddress, .waiting, .endingProcesses, .changingRights] }
    switch presence {
    case .server, .hidden: return request.name.isAbstract ? [.reuseAddress] : [.reuseAddress, .removingFileInUse]
    case .nothing, .unknown: return [.reuseAddress, .waiting]
    }
  }
}
