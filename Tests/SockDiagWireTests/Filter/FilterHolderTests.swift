import SockDiagWire
import Testing

/// Whether a filter's conditions about processes match the holders of a socket.
struct FilterHolderTests {
  private func passes(_ filter: SocketFilter, _ commands: [String]) -> Bool? {
    filter.evaluate(InetSocket(), holders: commands.map { FilterHolder(processID: 7, command: $0) })
  }

  @Test func oneMatchingHolderIsEnough() {
    #expect(passes(.heldBy(command: "nginx"), ["sh", "nginx"]) == true)
    #expect(passes(.heldBy(command: "nginx"), ["sh", "nginx2"]) == false)
    #expect(passes(.heldBy(processID: 7), ["sh"]) == true)
    #expect(passes(!.heldBy(processID: 8), []) == true)
  }

  @Test func socketWithHiddenHoldersIsUndecided() {
    #expect(SocketFilter.heldBy(command: "nginx").evaluate(InetSocket(), holders: nil) == nil)
    #expect((!SocketFilter.heldBy(processID: 7)).evaluate(InetSocket(), holders: nil) == nil)
  }

  @Test func regularExpressionIsComparedWithTheWholeName() throws {
    let filter = SocketFilter.heldBy(commandMatching: try FilterPattern("^(nginx|php-fpm)"))
    #expect(passes(filter, ["sh", "php-fpm8.2"]) == true)
    #expect(passes(filter, ["sh"]) == false)
    #expect(passes(filter, []) == false)
  }

  /// Two spellings of `é`, one with a combining accent, are one `String` and two names.
  @Test func spellingsOfALetterAreDifferentNames() throws {
    let (composed, combining) = ("\u{e9}x", "e\u{301}x")
    for form in ["comm = NAME", "comm ~ ^NAME$", "cmdline = NAME", "cmdline ~ ^NAME$", "unit = NAME", "unit ~ ^NAME$"] {
      func filter(_ name: String) throws -> SocketFilter { try SocketFilter(form.replacing("NAME", with: name)) }
      let holder = FilterHolder(
        processID: 7, command: combining, commandLine: combining, supervision: .init(unit: combining))
      for filter in try [filter(composed) || filter(combining), filter(combining) || filter(composed)] {
        #expect(filter.evaluate(InetSocket(), holders: [holder]) == true, "\(filter)")
        #expect(filter.evaluate(InetSocket(), holders: [holder.answering(filter)]) == true, "\(filter)")
      }
      #expect(try filter(composed).evaluate(InetSocket(), holders: [holder]) == false, "\(form)")
      #expect(try filter(composed) != filter(combining))
    }
  }

  @Test func argumentsUnitAndContainerAreCompared() throws {
    let id = String(repeating: "0123456789abcdef", count: 4)
    let holder = FilterHolder(
      processID: 7, command: "python3", commandLine: "python3 -m http.server 8080",
      supervision: .init(unit: "web.service", container: [id, "4f6a2c1e-pod"]))
    let matching = [
      "cmdline ~ 'http.server 80(80|81)$'", "cmdline = 'python3 -m http.server 8080'", "unit = web", "unit web.service",
      "unit ~ ^web", "container = 0123", "container \(id)", "container 4f6a2c1e-pod", "container ~ pod$",
      "not unit ssh",
    ]
    for text in matching {
      #expect(try SocketFilter(text).evaluate(InetSocket(), holders: [holder]) == true, "\(text)")
    }
    let others = [
      "cmdline ~ ^http", "cmdline = python3", "unit = we", "unit = web.socket", "container = 4f6a", "container = 123",
      "container = ''", "comm ~ ^ython", "not unit web",
    ]
    for text in others {
      #expect(try SocketFilter(text).evaluate(InetSocket(), holders: [holder]) == false, "\(text)")
    }
  }

  @Test func processWithoutUnitIsInNone() throws {
    let holder = FilterHolder(processID: 7, command: "sh", supervision: .init())
    #expect(try SocketFilter("unit ~ ''").evaluate(InetSocket(), holders: [holder]) == false)
    #expect(try SocketFilter("container ~ ''").evaluate(InetSocket(), holders: [holder]) == false)
  }

  @Test(arguments: ["cmdline ~ a", "cmdline = a", "unit = a", "unit ~ a", "container = a", "container ~ a"])
  func unreadPropertyIsUndecidedUnlessAnotherHolderDecides(_ text: String) throws {
    let filter = try SocketFilter(text)
    let unread = FilterHolder(processID: 7, command: "sh")
    #expect(filter.evaluate(InetSocket(), holders: [unread]) == nil)
    #expect((!filter).evaluate(InetSocket(), holders: [unread]) == nil)
    let known = FilterHolder(
      processID: 8, command: "sh", commandLine: "a", supervision: .init(unit: "a", container: ["a"]))
    #expect(filter.evaluate(InetSocket(), holders: [unread, known]) == true)
    #expect((!filter).evaluate(InetSocket(), holders: [unread, known]) == false)
  }

  @Test func holderThatAnsweredBeforeGivesTheSameAnswers() throws {
    let asked = try SocketFilter("comm ~ a or cmdline ~ b and not unit = c or pid 7")
    let other = try SocketFilter("comm ~ z or pid 8")
    for holder in [
      FilterHolder(processID: 7, command: "b"), FilterHolder(processID: 6, command: "b"),
      FilterHolder(processID: 6, command: "c", commandLine: "abc"),
      FilterHolder(processID: 8, command: "z", commandLine: "b", supervision: .init(unit: "c.service")),
    ] {
      let prepared = holder.answering(asked)
      for filter in [asked, other] {
        #expect(
          filter.evaluate(InetSocket(), holders: [prepared]) == filter.evaluate(InetSocket(), holders: [holder]))
      }
    }
  }

  @Test func namesAreComparedUpToTheKernelsLength() {
    #expect(passes(.heldBy(command: "a-name-of-twenty-one"), ["a-name-of-twent"]) == true)
    // The fifteenth byte is the first half of a letter.
    let kept = String(decoding: Array("äääääääää".utf8).prefix(15), as: UTF8.self)
    #expect(passes(.heldBy(command: "äääääääää"), [kept]) == true)
    #expect(passes(.heldBy(command: "äääääää"), [kept]) == false)
  }
}
