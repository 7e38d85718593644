/// Parses command lines that consist of flags and a filter, which are most, without the argument parser.
///
/// The argument parser searches all types of the program for conformances, dozens of times: four fifths of the
/// instructions of `list -tl`. Lines with a value, a mistake or a request for help still go to it. So it alone decides what
/// is right usage, and a test compares the two for every flag.
enum QuickLine {
  /// - Returns: `nil` if the argument parser has to look.
  static func parse<Command: QuickCommand>(_ words: [String], as _: Command.Type) -> Command? {
    var options = Command.Options()
    var filter: [String] = []
    for word in words {
      guard word.utf8.first == hyphen else {
        filter.append(word)
        continue
      }
      let isLong = word.utf8.dropFirst().first == hyphen
      if isLong {
        guard options.set(word) else { return nil }
        continue
      }
      let letters = word.utf8.dropFirst()
      guard !letters.isEmpty else { return nil }
      for letter in letters {
        guard options.set(String(decoding: [hyphen, letter], as: UTF8.self)) else { return nil }
      }
    }
    return Command(options, filter: filter)
  }

  private static let hyphen = UInt8(ascii: "-")
}

/// A subcommand that ``QuickLine`` parses.
protocol QuickCommand: TakesFilter {
  /// The options that need no value.
  associatedtype Options: QuickOptions

  init(_ options: Options, filter: [String])
}

/// Options without values, at first as they are if no word names them.
protocol QuickOptions {
  init()

  /// Takes a flag, such as `-t` or `--tcp`.
  ///
  /// - Returns: `false` if it is none of these options.
  mutating func set(_ flag: String) -> Bool
}

/// The flags of `list` and `listeners`.
struct QuickListOptions: QuickOptions {
  var selection = SelectionOptions()
  var everywhere = AllNamespacesOption()
  var output = OutputOptions()
  var holders = HolderOptions()
  var table = TableOptions()
  var colour = ColourOption()
  var summary = SummaryOption()

  /// A property of an option group can be read only after it has a value, so every one is set here.
  init() {
    (selection.kinds, selection.breadth, selection.boundInactive) = ([], nil, false)
    (selection.ipv4, selection.ipv6, selection.family, selection.numeric) = (false, false, nil, false)
    (selection.query, selection.filterFile, selection.filter) = (nil, nil, [])
    var namespace = NamespaceOption()
    namespace.netns = nil
    selection.namespace = namespace
    everywhere.allNamespaces = false
    (output.info, output.memory, output.options, output.extended) = (false, false, false, false)
    output.bpf = false
    (output.oneline, output.noHeader, output.json, output.ndjson) = (false, false, false, false)
    holders.processes = false
    (table.sort, table.columns, table.wide, table.resolve) = (nil, nil, false, false)
    colour.color = .auto
    summary.summary = false
  }

  mutating func set(_ flag: String) -> Bool {
    switch flag {
    case "-a", "--all": selection.breadth = .all
    case "-l", "--listening": selection.breadth = .listening
    case "-B", "--bound-inactive": selection.boundInactive = true
    case "-4", "--ipv4": selection.ipv4 = true
    case "-6", "--ipv6": selection.ipv6 = true
    case "--all-netns": everywhere.allNamespaces = true
    case "-n", "--numeric": selection.numeric = true
    case "-i", "--info": output.info = true
    case "-m", "--memory": output.memory = true
    case "-o", "--options", "--timers": output.options = true
    case "-e", "--extended": output.extended = true
    case "-b", "--bpf", "--bpf-maps": output.bpf = true
    case "-O", "--oneline": output.oneline = true
    case "-H", "--no-header": output.noHeader = true
    case "-j", "--json": output.json = true
    case "--ndjson": output.ndjson = true
    case "-p", "--processes": holders.processes = true
    case "-r", "--resolve": table.resolve = true
    case "--wide": table.wide = true
    case "-s", "--summary": summary.summary = true
    default:
      guard let kind = SocketKindFlag(flag: flag) else { return false }
      selection.kinds.append(kind)
    }
    return true
  }
}

extension List: QuickCommand {
  init(_ options: QuickListOptions, filter: [String]) {
    self.init()
    var options = options
    options.selection.filter = filter
    (selection, everywhere) = (options.selection, options.everywhere)
    (output, holders) = (options.output, options.holders)
    (table, colour, summary, explain) = (options.table, options.colour, options.summary, false)
  }
}

extension Listeners: QuickCommand {
  init(_ options: QuickListOptions, filter: [String]) {
    self.init()
    var options = options
    options.selection.filter = filter
    (selection, everywhere) = (options.selection, options.everywhere)
    (output, holders) = (options.output, options.holders)
    (table, colour, summary) = (options.table, options.colour, options.summary)
  }
}
