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

  @Test func namesAreComparedUpToTheKernelsLength() {
    #expect(passes(.heldBy(command: "a-name-of-twenty-one"), ["a-name-of-twent"]) == true)
    // The fifteenth byte is the first half of a letter.
    let kept = String(decoding: Array("äääääääää".utf8).prefix(15), as: UTF8.self)
    #expect(passes(.heldBy(command: "äääääääää"), [kept]) == true)
    #expect(passes(.heldBy(command: "äääääää"), [kept]) == false)
  }
}
