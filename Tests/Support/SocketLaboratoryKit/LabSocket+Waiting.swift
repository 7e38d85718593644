internal import CSocketLaboratory
public import SocketLaboratory

extension LabSocket {
  /// Waits until TCP has come to a state.
  func wait(for state: LabState) throws { try wait("\(state)") { tcpState == state } }

  /// Waits until so many connections of a listener are there to be accepted: a client has connected before the listener
  /// has heard of it.
  public func wait(forWaiting count: Int) throws {
    try wait("\(count) connections") { socklab_tcp(descriptor).unacknowledged == count }
  }

  /// Waits until the peer's announcement that it takes no more data has come.
  func waitForClosedWindow() throws { try wait("a closed window") { socklab_tcp(descriptor).send_window == 0 } }

  private func wait(_ what: String, until condition: () -> Bool) throws {
    let deadline = Deadline()
    while !condition() {
      guard !deadline.hasPassed else { throw LaboratoryError(.timeout, "wait for \(what)") }
      Deadline.pause()
    }
  }
}
