internal import SockDiag

/// A listing of live sockets, for `list` and `listeners`.
struct LiveListing {
  /// How the processes that hold the sockets are shown.
  enum Holders {
    case none
    /// Every process, with its descriptors.
    case each
    /// A summary by program; the sockets of one program at one address are one row.
    case byProgram
  }

  private let output: OutputOptions
  private let format: OutputFormat
  private let order: SortOrder?
  private let resolves: Bool
  let style: TableStyle
  /// Whether a table is sorted by port if no order is asked for; otherwise it has the kernel's order.
  var sortsByPort = false
  var holders = Holders.none

  init(_ output: OutputOptions, _ table: TableOptions, _ colour: ColourOption) throws {
    self.output = output
    format = try output.format()
    order = try table.order()
    resolves = table.resolve && format == .table
    style = TableStyle(
      columns: try table.columnChoice(format), isWide: table.wide, terminal: .standardOutput(colour.color))
  }

  /// The details to request: those that are shown, and those that columns and the order need.
  var details: InetDetails {
    output.details.union(style.columns?.neededDetails ?? []).union(order?.neededDetails ?? [])
  }

  /// Whether a column or the order needs the directions of sockets.
  private var showsDirections: Bool {
    style.columns?.names(.direction) == true || order?.keys.contains { $0.column == .direction } == true
  }

  /// Shows the sockets that options choose.
  ///
  /// - Parameters:
  ///   - everywhere: Whether to show those of all namespaces.
  ///   - outside: A namespace to read from outside.
  func run(
    _ options: SelectionOptions, default defaultStates: SelectionOptions.DefaultStates,
    everywhere: AllNamespacesOption, orIn outside: NetworkNamespace?
  ) throws {
    var remarks = Remarks()
    if let namespaces = try everywhere.namespaces(besides: options.namespace, orIn: outside, &remarks) {
      return try show(namespaces, options, default: defaultStates, &remarks)
    }
    var selection = try options.selection(default: defaultStates, details: details)
    selection.includesStorages = output.bpf
    selection.showsDirections = showsDirections
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host), notes: holders == .none ? [] : .holders, style: style)
    var sockets = try LiveSockets()
    do {
      try show(selection, &sockets, with: renderer)
    } catch {
      // Shows the sockets that were read before the error.
      try renderer.finish(afterFailure: true)
      throw error
    }
    try renderer.finish(afterFailure: false)
    sockets.note(omitted: renderer.omittedColumns)
    if renderer.isEmpty, format == .table, style.terminal.isTerminal {
      sockets.note(EmptyAnswer(options, defaultStates), selection)
    }
    try sockets.remarks.end()
  }

  /// Shows the sockets of namespaces, one after the other. One that cannot be read spoils only its own part.
  private func show(
    _ namespaces: [NamespaceTag], _ options: SelectionOptions, default defaultStates: SelectionOptions.DefaultStates,
    _ remarks: inout Remarks
  ) throws {
    var selection = try options.selection(
      default: defaultStates, details: details, names: ManyNamespacesFilterNames())
    selection.includesStorages = output.bpf
    selection.showsDirections = showsDirections
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host),
      notes: holders == .none ? .namespace : [.namespace, .holders], style: style)
    var visit = NamespaceVisit(namespaces)
    do {
      var collection = collection(selection, renderer)
      let isCollected = collection.isNeeded || selection.filter.namesHolders
      try visit.forEach(&remarks) { sockets in
        if isCollected {
          try sockets.collect(selection, into: &collection)
        } else {
          try sockets.stream(selection, to: renderer)
        }
      }
      if isCollected { try collection.show(&remarks) }
    } catch {
      // Shows the sockets that were read before the error.
      try renderer.finish(afterFailure: true)
      throw error
    }
    try renderer.finish(afterFailure: false)
    remarks.note(omitted: renderer.omittedColumns)
    try remarks.end()
  }

  private func collection(_ selection: Selection, _ renderer: any SocketRenderer) -> SocketCollection {
    var collection = SocketCollection(renderer: renderer, filter: selection.filter.holderPart)
    collection.order = order
    collection.isByPort = format == .table && sortsByPort && order == nil
    // A table of chosen columns has only those: where no process is among them, a search would be in vain.
    let isSearchSeen = style.columns?.adds != false || output.extended
    collection.showsHolders = holders != .none && isSearchSeen || style.columns?.needsHolders == true
    collection.joinsRows = holders == .byProgram && format == .table && order == nil && output.detailLines == nil
    collection.resolves = resolves
    return collection
  }

  private func show(_ selection: Selection, _ sockets: inout LiveSockets, with renderer: any SocketRenderer) throws {
    var collection = collection(selection, renderer)
    if collection.isNeeded || selection.filter.namesHolders {
      try sockets.show(selection, collected: &collection)
    } else {
      // Nothing waits for anything: a row needs no memory, and people see the first page at once.
      try sockets.stream(selection, to: renderer)
    }
  }
}
