import SockDiag
import Testing

@testable import SockDiagCommand

/// The view without a terminal: keys go in.
struct WatchModelTests {
  private static func keys(_ text: String) -> [Key] { text.map { .character($0) } }

  private static func pressed(_ keys: [Key], in model: WatchModel) -> WatchModel {
    var model = model
    for key in keys { _ = model.handle(key) }
    return model
  }

  private static func pressed(_ keys: Key...) throws -> WatchModel { pressed(keys, in: try WatchSamples.model()) }

  private static func next(_ rows: [WatchRow], in model: WatchModel) -> WatchModel {
    var model = model
    model.take(WatchSamples.sample(rows, number: 3, for: model.request))
    return model
  }

  // MARK: Orders

  @Test func orderGoesRound() throws {
    var model = try WatchSamples.model()
    var orders: [WatchOrder] = []
    for _ in 0..<6 {
      _ = model.handle(.character("s"))
      orders.append(model.request.order)
    }
    #expect(orders == [.retransmits, .rtt, .queue, .age, .rate, .retransmits])
  }

  @Test func digitsChooseAnOrder() throws {
    for (index, order) in WatchOrder.allCases.enumerated() {
      #expect(try Self.pressed(.character(Character("\(index + 1)"))).request.order == order)
    }
    #expect(try Self.pressed(.character("6"), .character("0")).request.order == .rate)
  }

  @Test(
    arguments: [
      (WatchOrder.rate, [1, 2, 4, 3, 5, 6, 7, 8, 9]), (.retransmits, [1, 3, 2, 4, 5, 6, 7, 8, 9]),
      (.rtt, [3, 1, 4, 2, 5, 6, 7, 8, 9]), (.queue, [8, 9, 2, 3, 1, 4, 5, 6, 7]), (.age, [5, 6, 1, 2, 7, 8, 9, 3, 4]),
    ] as [(WatchOrder, [UInt64])])
  func rowsAreSortedAtOnce(order: WatchOrder, keys: [UInt64]) throws {
    var model = try WatchSamples.model()
    while model.request.order != order { _ = model.handle(.character("s")) }
    #expect(model.rows.map(\.key) == keys)
  }

  @Test func reverseKeepsRowsWithoutValueLast() throws {
    let model = try Self.pressed(.character("3"), .character("r"))
    #expect(model.request.isReversed)
    #expect(model.rows.map(\.key) == [5, 2, 4, 1, 3, 6, 7, 8, 9])
    #expect(Self.pressed([.character("r")], in: model).rows.map(\.key).first == 3)
  }

  // MARK: Choosing

  @Test func arrowsChooseAndScroll() throws {
    var model = try WatchSamples.model(columns: 80, rows: 12)
    #expect(model.chosen == nil)
    _ = model.handle(.down)
    #expect(model.chosen == model.rows[0].key)
    for _ in 0..<20 { _ = model.handle(.down) }
    #expect(model.chosen == model.rows.last?.key)
    #expect(model.visibleRows.last?.key == model.chosen && model.top == model.rows.count - model.pageLength)
    _ = model.handle(.home)
    #expect(model.chosen == model.rows[0].key && model.top == 0)
    _ = model.handle(.end)
    _ = model.handle(.up)
    #expect(model.chosenIndex == model.rows.count - 2)
    _ = model.handle(.escape)
    #expect(model.chosen == nil && model.top == 0)
  }

  @Test func pagesMoveByTheRowsOnTheScreen() throws {
    var model = try WatchSamples.model(columns: 80, rows: 8)
    let length = model.pageLength
    #expect(length < model.rows.count)
    _ = model.handle(.home)
    _ = model.handle(.pageDown)
    #expect(model.chosenIndex == min(length, model.rows.count - 1))
    _ = model.handle(.pageUp)
    #expect(model.chosenIndex == 0)
  }

  @Test func choiceFollowsItsSocket() throws {
    let model = try Self.pressed(.down, .down)
    let key = try #require(model.chosen)
    let later = Self.next(Array(try WatchSamples.rows.reversed().filter { $0.key != 1 }), in: model)
    #expect(later.chosen == key && later.chosenIndex == 0)
  }

  @Test func choicePassesToTheRowInTheSamePlace() throws {
    let model = try Self.pressed(.down, .down, .down)
    let rows = try WatchSamples.rows.filter { $0.key != model.chosen }
    let later = Self.next(rows, in: model)
    #expect(later.chosenIndex == 2)
    #expect(Self.next([], in: model).chosen == nil)
  }

  // MARK: Pause and interval

  @Test(arguments: [" ", "p"] as [Character])
  func pauseHoldsTheView(key: Character) throws {
    let paused = try Self.pressed(.character(key))
    let later = Self.next([], in: paused)
    #expect(later.isPaused && later.rows.count == 9)
    let resumed = Self.pressed([.character(key)], in: later)
    #expect(!resumed.isPaused && resumed.rows.isEmpty)
    #expect(Self.pressed([.character(key)], in: paused).rows.count == 9)
  }

  @Test func intervalHasLimits() throws {
    #expect(try Self.pressed(.character("+")).request.interval == .seconds(2))
    #expect(try Self.pressed(.character("-")).request.interval == .milliseconds(500))
    var model = try WatchSamples.model()
    for _ in 0..<20 { _ = model.handle(.character("+")) }
    #expect(model.request.interval == .seconds(60))
    for _ in 0..<20 { _ = model.handle(.character("-")) }
    #expect(model.request.interval == .milliseconds(100))
  }

  // MARK: Filter

  @Test func filterBeginsAnew() throws {
    let model = Self.pressed(
      [.down, .character(" "), .character("/")] + Self.keys("sport = :443") + [.enter], in: try WatchSamples.model())
    #expect(model.mode == .table && model.filterText == "sport = :443")
    #expect(model.request.selection == (try WatchSamples.filter.selection("sport = :443")))
    #expect(model.sample == nil && model.chosen == nil && !model.isPaused)
  }

  @Test func escapeKeepsTheFilter() throws {
    let model = Self.pressed(
      [.character("/")] + Self.keys("sport = :443") + [.escape], in: try WatchSamples.model())
    #expect(model.mode == .table && model.filterText == "" && model.rows.count == 9)
  }

  @Test func mistakeIsShownWithItsPlace() throws {
    let model = Self.pressed(
      [.character("/")] + Self.keys("sport = :443 and nosuch") + [.enter], in: try WatchSamples.model())
    guard case .filter(let editor, let fault?) = model.mode else { return #expect(Bool(false), "\(model.mode)") }
    #expect(fault.position == 17 && fault.message.hasPrefix("'nosuch' is not a condition"))
    #expect(editor.cursor == 17 && editor.text == "sport = :443 and nosuch")
    // The next keys edit the text that was refused.
    let mended = Self.pressed([.control("k"), .backspace, .control("w"), .enter], in: model)
    #expect(mended.mode == .table && mended.filterText == "sport = :443")
  }

  @Test func letterKeysAreTextInAFilter() throws {
    let model = Self.pressed([.character("/")] + Self.keys("qhsr +-p"), in: try WatchSamples.model())
    guard case .filter(let editor, nil) = model.mode else { return #expect(Bool(false), "\(model.mode)") }
    #expect(editor.text == "qhsr +-p" && model.request.order == .rate)
  }

  @Test func earlierFiltersComeBack() throws {
    var model = try WatchSamples.model()
    for text in ["sport = :1", "sport = :2", "sport = :1"] {
      model = Self.pressed([.character("/"), .control("u")] + Self.keys(text) + [.enter], in: model)
    }
    model = Self.pressed([.character("/"), .up, .up], in: model)
    guard case .filter(let editor, _) = model.mode else { return #expect(Bool(false), "\(model.mode)") }
    #expect(editor.text == "sport = :2")
  }

  // MARK: Groups

  @Test func groupingGoesRoundBothWays() throws {
    for (key, step) in [("g", 1), ("G", -1)] as [(Character, Int)] {
      var model = try WatchSamples.model()
      let groupings = model.groupings
      let count = groupings.count
      for turn in 1...count {
        _ = model.handle(.character(key))
        #expect(model.request.grouping == groupings[((turn * step) % count + count) % count])
        // Nothing of another grouping is shown.
        #expect(model.sample == nil && model.lineCount == 0)
      }
    }
  }

  @Test func namespacesAreAGroupingIfAllAreShown() throws {
    #expect(!(try WatchSamples.emptyModel().groupings.contains(.namespace)))
    #expect(try WatchSamples.emptyModel(showsNamespaces: true).groupings.last == .namespace)
  }

  private static func grouped() throws -> WatchModel {
    var model = try WatchSamples.model(filterText: "rtt > 1ms")
    model = pressed([.character("g"), .character("g")], in: model)
    model.take(try WatchSamples.groups(.port, for: model.request))
    return model
  }

  @Test func sampleOfAnotherGroupingIsNotShown() throws {
    var model = try WatchSamples.model()
    _ = model.handle(.character("g"))
    model.take(WatchSamples.sample(try WatchSamples.rows, for: model.request))
    #expect(model.sample == nil)
    model.take(try WatchSamples.groups(.port, for: model.request))
    #expect(model.sample == nil)
  }

  @Test func groupsAreSortedAndChosen() throws {
    var model = try Self.grouped()
    #expect(model.groups.map(\.name.text).first == "8080/tcp")
    _ = model.handle(.character("r"))
    #expect(model.groups.map(\.name.text).last == "8080/tcp")
    _ = model.handle(.end)
    #expect(model.chosen == model.groups.last?.key && model.wantedOwners.isEmpty)
  }

  @Test func openedGroupIsAFilter() throws {
    let model = Self.pressed([.enter], in: try Self.grouped())
    #expect(model.request.grouping == nil && model.filterText == "(rtt > 1ms) and sport = :8080")
    #expect(model.request.selection == (try WatchSamples.filter.selection("rtt > 1ms and sport = :8080")))
  }

  @Test func groupWithoutAFilterStaysClosed() throws {
    var model = try Self.grouped()
    while model.chosenIndex.map({ model.groups[$0].name }) != .none("no port") { _ = model.handle(.down) }
    _ = model.handle(.enter)
    #expect(model.request.grouping == .port && model.filterText == "rtt > 1ms")
  }

  @Test func filtersOfGroupsAreValid() throws {
    let peer = AddressPrefix(try #require(IPAddress("10.1.2.0")), length: 24)
    let names: [GroupName] = [
      .port(443, .tcp), .peerPort(53, .udp), .peer(peer), .state(.finWait1, .tcp), .state(.listen, .tcp),
      .direction(.inbound), .user(0, name: "root"),
    ]
    for name in names {
      let text = try #require(name.filter)
      #expect(throws: Never.self, "\(text)") { try SocketFilter(text) }
    }
  }

  // MARK: Details

  @Test func detailsAreAskedForAndGivenUp() throws {
    let model = try Self.pressed(.down, .down, .enter)
    #expect(model.mode == .details(from: 0) && model.detailed?.key == model.rows[1].key)
    #expect(model.request.detailed == WatchRequest.Detailed(key: model.rows[1].key, socket: model.rows[1].socket))
    let back = Self.pressed([.escape], in: model)
    #expect(back.mode == .table && back.request.detailed == nil && back.chosen == model.chosen)
  }

  @Test func detailsOfASocketThatEndedStay() throws {
    let model = try Self.pressed(.enter)
    let later = Self.next([], in: model)
    #expect(later.detailed?.hasEnded == true && later.detailed?.key == 1)
    #expect(WatchDetails.lines(later, columns: 80).contains { $0.text.hasPrefix("It has ended") })
  }

  @Test func detailsNeedARow() throws {
    let model = Self.pressed([.enter], in: Self.next([], in: try WatchSamples.model()))
    #expect(model.mode == .table && model.request.detailed == nil)
  }

  @Test func pageOfTextEndsAtItsLastLine() throws {
    var model = try WatchSamples.model(columns: 80, rows: 10)
    _ = model.handle(.character("h"))
    for _ in 0..<50 { _ = model.handle(.pageDown) }
    _ = WatchDrawing.frame(&model, columns: 80, rows: 10)
    guard case .help(let line) = model.mode else { return #expect(Bool(false)) }
    #expect(line == WatchHelp.lines(columns: 80).count - 9)
    for _ in 0..<100 { _ = model.handle(.up) }
    #expect(model.mode == .help(from: 0))
    _ = model.handle(.character("q"))
    #expect(model.mode == .table)
  }

  // MARK: Memory and ends

  @Test func ownersOfRowsThatAreGoneAreForgotten() throws {
    let model = try WatchSamples.model()
    #expect(model.owners.count == 7)
    #expect(Self.next(Array(try WatchSamples.rows.prefix(2)), in: model).owners.keys.sorted() == [1, 2])
  }

  @Test func ownersAreWantedOfVisibleRowsOnly() throws {
    let model = try WatchSamples.model(columns: 80, rows: 8)
    #expect(model.wantedOwners.map(\.key) == model.visibleRows.filter { !$0.hasEnded }.map(\.key))
    #expect(model.wantedOwners.count < 8)
  }

  @Test func quitting() throws {
    for keys in [[.character("q")], [.control("c")], [.enter, .control("c")], [.character("h"), .control("c")]]
      as [[Key]]
    {
      var model = try WatchSamples.model()
      var wish: WatchModel.Wish?
      for key in keys { wish = model.handle(key) }
      #expect(wish == .quit)
    }
  }
}
