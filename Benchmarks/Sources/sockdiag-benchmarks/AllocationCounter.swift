import CAllocationCounter

/// Counts the process's allocations.
enum AllocationCounter {
  static var count: UInt64 { allocation_count() }

  /// Whether an allocation made by the Swift runtime is seen. Tried, not assumed: a counter that the linker left out
  /// would report the zero that everybody hopes for.
  static let isCounting: Bool = {
    let before = allocation_count()
    let array = [UInt64](repeating: before, count: Int(before % 7) + 1_000)
    return !array.isEmpty && allocation_count() > before
  }()
}
