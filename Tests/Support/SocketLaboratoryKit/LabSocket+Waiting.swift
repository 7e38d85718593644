internal import CSocketLaboratoryKit
public import SocketLaboratory

extension LabSocket {
  /// Waits until TCP reaches a state.
  func wait(for state: LabState) throws { try wait("\(state)") { tcpState == state } }

  /// The number of connections in the accept queue of a listener.
  public var waitingConnections: Int { Int(socklab_tcp(descriptor).unacknowledged) }

  /// Waits until a number of connections are in the accept queue of a listener. A client is connected a moment earlier.
  public func wait(forWaiting count: Int) throws {
    try wait("\(count) connections") { waitingConnections == count }
  }

  /// Waits until the peer has closed its window.
  func waitForClosedWindow() throws { try wait("a closed window") { socklab_tcp(descriptor).send_window == 0 } }

  private func wait(_ what: String, until condition: () -> Bool) throws {
    let deadline = Deadline()
    while !condition() {
      guard !deadline.hasPassed else { throw LaboratoryError(.timeout, "wait for \(what)") }
      Deadline.pause()
    }
  }
}
