/// The rows with the highest scores of any number of rows, in memory for a few.
///
/// A heap with the lowest row on top. Equal rows are ordered by their keys, so that rows without traffic stay where they
/// are from sample to sample.
struct TopRows {
  private let limit: Int
  private var heap: [WatchRow] = []

  init(limit: Int) {
    self.limit = limit
    heap.reserveCapacity(limit)
  }

  /// Whether a row would be kept. Ask before making a row.
  @inline(__always)
  func admits(score: Double, key: UInt64) -> Bool {
    guard heap.count >= limit else { return limit > 0 }
    return heap[0].score < score || heap[0].score == score && heap[0].key > key
  }

  /// Adds a row that ``admits(score:key:)`` accepted.
  mutating func add(_ row: WatchRow) {
    if heap.count < limit {
      heap.append(row)
      rise(heap.count - 1)
    } else {
      heap[0] = row
      sink(0)
    }
  }

  /// The rows, the highest first.
  consuming func sorted() -> [WatchRow] { heap.sorted { Self.precedes($0, $1) } }

  /// Whether a row comes before another.
  static func precedes(_ left: WatchRow, _ right: WatchRow) -> Bool {
    left.score > right.score || left.score == right.score && left.key < right.key
  }

  private mutating func rise(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard Self.precedes(heap[parent], heap[index]) else { return }
      heap.swapAt(parent, index)
      index = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var lowest = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && Self.precedes(heap[lowest], heap[child]) {
        lowest = child
      }
      if lowest == index { return }
      heap.swapAt(lowest, index)
      index = lowest
    }
  }
}
