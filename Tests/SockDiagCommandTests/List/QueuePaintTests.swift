import SockDiag
import Testing

@testable import SockDiagCommand

/// The colours of queues and states.
struct QueuePaintTests {
  private func listener(_ waiting: Int, _ limit: Int) throws -> InetSocket {
    try Samples.socket(
      """
      {"protocol":"tcp","family":"inet","state":"listen","local":{"address":"10.0.0.1","port":1},"inode":1,
      "remote":{"address":"0.0.0.0","port":0},"receive_queue":\(waiting),"send_queue":\(limit)}
      """)
  }

  private func connection(_ name: String, _ received: Int) throws -> InetSocket {
    try Samples.socket(
      """
      {"protocol":"\(name)","family":"inet","state":"established","local":{"address":"10.0.0.1","port":1},"inode":1,
      "remote":{"address":"10.0.0.2","port":2},"receive_queue":\(received),"send_queue":0}
      """)
  }

  @Test(arguments: [(0, 128, Paint.none), (63, 128, .none), (64, 128, .passing), (128, 128, .bad), (129, 128, .bad)])
  func fullAcceptQueueIsBad(waiting: Int, limit: Int, paint: Paint) throws {
    #expect(Paint(.acceptQueue, of: try listener(waiting, limit)) == paint)
  }

  @Test func emptyQueueWithoutALimitIsNoFault() throws {
    #expect(Paint(.acceptQueue, of: try listener(0, 0)) == .none)
    #expect(Paint(.acceptQueue, of: try listener(1, 0)) == .bad)
  }

  @Test(arguments: [
    ("tcp", 65_536, Paint.bad), ("tcp", 16_384, .passing), ("tcp", 1000, .none), ("udp", 65_536, .passing),
  ])
  func unreadDataIsBad(name: String, received: Int, paint: Paint) throws {
    #expect(Paint(.receiveQueue, of: try connection(name, received)) == paint)
  }

  @Test func connectionsHaveNoAcceptQueueToPaint() throws {
    #expect(Paint(.acceptQueue, of: try connection("tcp", 1 << 20)) == .none)
    #expect(Paint(.receiveQueue, of: try listener(128, 128)) == .none)
  }
}
