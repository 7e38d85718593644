import CAllocationCounter

/// Counts the process's allocations.
enum AllocationCounter {
  static var count: UInt64 { allocation_count() }

  /// Whether the counter sees an allocation of the Swift runtime. This is tried, because a counter that was not linked
  /// would report the ideal result, zero.
  static let isCounting: Bool = {
    let before = allocation_count()
    let array = [UInt64](repeating: before, count: Int(before % 7) + 1_000)
    return !array.isEmpty && allocation_count() > before
  }()
}
