import SockDiag
import Testing

@testable import SockDiagCommand

/// What the view shows, on terminals of several sizes.
struct WatchDrawingTests {
  struct Size: CustomStringConvertible, Sendable {
    let columns: Int
    let rows: Int
    var description: String { "\(columns)x\(rows)" }
    static let all = [Size(columns: 80, rows: 24), Size(columns: 40, rows: 10), Size(columns: 200, rows: 50)]
  }

  /// A view: its name, and the keys that lead to it.
  struct View: CustomStringConvertible, Sendable {
    let description: String
    var order = WatchOrder.rate
    var filterText = ""
    var remarks: [String] = []
    var keys: [Key] = []

    static let all = [
      View(description: "table"),
      View(
        description: "chosen", order: .queue, filterText: "sport = :443 or dport = :5432",
        remarks: ["the kernel dropped 12 events, for the receive buffer was full: as many ends of sockets are missing"],
        keys: [.down, .down, .down, .character(" ")]),
      View(
        description: "filter",
        keys: [.character("/")] + "sport = :https and nosuch > 3".map { .character($0) } + [.enter]),
      View(description: "details", keys: [.down, .enter]),
      View(description: "help", keys: [.character("?")]),
    ]
  }

  private static func lines(_ model: inout WatchModel, _ size: Size) -> [String] {
    // The hour depends on the time zone of this host.
    WatchDrawing.frame(&model, columns: size.columns, rows: size.rows).text.map {
      $0.replacing(/\d\d:\d\d:\d\d/, with: "12:34:56")
    }
  }

  @Test(arguments: View.all, Size.all)
  func viewIsTheGolden(_ view: View, _ size: Size) throws {
    var model = try WatchSamples.model(
      filterText: view.filterText, order: view.order, remarks: view.remarks, columns: size.columns, rows: size.rows)
    for key in view.keys { _ = model.handle(key) }
    let text = Self.lines(&model, size).joined(separator: "\n") + "\n"
    try Fixture.expect(Array(text.utf8), toBe: "watch/\(view)-\(size).txt")
  }

  @Test(arguments: Size.all)
  func groupsAreTheGolden(_ size: Size) throws {
    var model = try WatchSamples.model(columns: size.columns, rows: size.rows)
    _ = model.handle(.character("g"))
    _ = model.handle(.character("g"))
    model.take(try WatchSamples.groups(.port, for: model.request))
    _ = model.handle(.down)
    let text = Self.lines(&model, size).joined(separator: "\n") + "\n"
    try Fixture.expect(Array(text.utf8), toBe: "watch/groups-\(size).txt")
  }

  @Test(arguments: [1, 2, 3, 5, 10, 19, 33, 57, 79, 81, 120, 500], [1, 2, 3, 4, 7, 15, 16, 17, 60])
  func everySizeIsDrawn(columns: Int, rows: Int) throws {
    for view in View.all {
      var model = try WatchSamples.model(
        filterText: view.filterText, order: view.order, remarks: view.remarks, columns: columns, rows: rows)
      for key in view.keys { _ = model.handle(key) }
      let frame = WatchDrawing.frame(&model, columns: columns, rows: rows)
      #expect(frame.columns == columns && frame.rows == rows)
      // The row that is chosen is on the screen.
      if view.description == "chosen", rows > 6 {
        #expect((0..<rows).contains { row in frame.line(row).allSatisfy(\.isInverse) })
      }
    }
  }

  @Test(arguments: WatchOrder.allCases)
  func columnOfTheOrderIsAlwaysShown(order: WatchOrder) throws {
    var model = try WatchSamples.model(order: order, columns: 46, rows: 20)
    let text = Self.lines(&model, Size(columns: 46, rows: 20)).joined(separator: "\n")
    let title = [.rate: "In/s", .retransmits: "Rtx/s", .rtt: "RTT", .queue: "Recv-Q", .age: "Age"][order] ?? "?"
    #expect(text.contains(title), "\(text)")
  }

  @Test func columnsStayWhereTheyAre() throws {
    var model = try WatchSamples.model(columns: 200, rows: 30)
    let size = Size(columns: 200, rows: 30)
    let header = Self.lines(&model, size).first { $0.contains("Peer") }
    // Shorter addresses do not move the others.
    model.take(WatchSamples.sample(Array(try WatchSamples.rows.suffix(3)), number: 3, for: model.request))
    #expect(Self.lines(&model, size).first { $0.contains("Peer") } == header)
  }

  @Test func viewWithoutSocketsSaysSo() throws {
    let size = Size(columns: 80, rows: 24)
    var model = try WatchSamples.emptyModel()
    #expect(Self.lines(&model, size).contains("Looking at the sockets …"))
    model.take(WatchSamples.sample([], for: model.request))
    #expect(Self.lines(&model, size).contains("There are no sockets."))
    var filtered = try WatchSamples.emptyModel(filterText: "sport = :1")
    filtered.take(WatchSamples.sample([], for: filtered.request))
    #expect(Self.lines(&filtered, size).contains("No socket matches the filter."))
  }

  @Test func firstSampleHasNoRates() throws {
    var model = try WatchSamples.emptyModel()
    model.take(WatchSamples.sample(try WatchSamples.rows, number: 1, for: model.request))
    let text = Self.lines(&model, Size(columns: 80, rows: 24)).joined(separator: "\n")
    #expect(text.contains("rates follow with the next look") && !text.contains("retransmits/s"))
  }

  @Test func hiddenProcessesAreExplained() throws {
    var model = try WatchSamples.model()
    model.take(owners: [1: WatchOwner(label: Array("?".utf8), isHidden: true)], failure: nil)
    let text = Self.lines(&model, Size(columns: 120, rows: 24)).joined(separator: "\n")
    #expect(text.contains("? stands for processes that are hidden from this user; "))
  }

  /// Other people choose the names of processes.
  @Test func namesCannotMoveTheCursor() throws {
    var model = try WatchSamples.model()
    model.take(owners: [1: WatchOwner(label: Array("evil\u{1b}[2J\u{202e}x(1)".utf8))], failure: nil)
    let text = Self.lines(&model, Size(columns: 120, rows: 24)).joined()
    #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}"))
  }
}
