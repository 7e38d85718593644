/// The work of a search, which shows what it costs.
public struct SearchWork: Sendable, Hashable, Codable {
  /// The number of opened directories, those of the cgroup hierarchy included.
  public var directoriesOpened = 0
  /// The number of opened descriptor tables, of processes and of threads with a table of their own.
  public var tablesOpened = 0
  /// The number of read links, including attempts at numbers without a descriptor.
  public var linksRead = 0
  /// The number of read files: status, information about descriptors, members of cgroups.
  public var filesRead = 0
  /// The number of processes that were asked for their number of descriptors.
  public var processesExamined = 0

  /// Creates no work.
  public init() {}

  static func += (sum: inout SearchWork, part: SearchWork) {
    sum.directoriesOpened += part.directoriesOpened
    sum.tablesOpened += part.tablesOpened
    sum.linksRead += part.linksRead
    sum.filesRead += part.filesRead
    sum.processesExamined += part.processesExamined
  }
}

extension SearchWork: CustomStringConvertible {
  /// The numbers as a list: "processes examined: 3, tables opened: 2, links read: 40, files read: 1, directories
  /// opened: 4".
  public var description: String {
    "processes examined: \(processesExamined), tables opened: \(tablesOpened), links read: \(linksRead), "
      + "files read: \(filesRead), directories opened: \(directoriesOpened)"
  }
}
