/// Chooses the keys of a family that get a label set of their own: the largest, up to a limit.
///
/// A key that was chosen stays until another one is twice as large, so that two of nearly the same size do not take turns:
/// each change would end a series and begin another one.
struct LabelSets<Key: Hashable & Comparable & Sendable>: Sendable {
  private(set) var chosen: Set<Key> = []
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Chooses again.
  ///
  /// - Parameter weights: The size of every key. A key that is absent is not chosen.
  mutating func choose(by weights: [Key: Double]) {
    chosen = chosen.filter { weights[$0] != nil }
    if chosen.count == weights.count { return }
    var others = weights.filter { !chosen.contains($0.key) }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }[...]
    while chosen.count < limit, let next = others.popFirst() { chosen.insert(next.key) }
    let smallest = chosen.map { (key: $0, value: weights[$0] ?? 0) }.sorted { ($0.value, $1.key) < ($1.value, $0.key) }
    for (candidate, holder) in zip(others, smallest) {
      guard candidate.value > holder.value * 2 else { break }
      chosen.remove(holder.key)
      chosen.insert(candidate.key)
    }
  }
}

/// The current values of keys, of which the largest have label sets of their own.
struct GaugeSets<Key: Hashable & Comparable & Sendable>: Sendable {
  private var sets: LabelSets<Key>

  init(limit: Int) { sets = LabelSets(limit: limit) }

  /// The values of the chosen keys in their order, and those of all others together under the key `nil`.
  mutating func divide<Value>(
    _ values: [Key: Value], weight: (Value) -> Double, merge: (inout Value, Value) -> Void
  ) -> (entries: [(key: Key?, value: Value)], cut: Int) {
    sets.choose(by: values.mapValues(weight))
    var entries: [(key: Key?, value: Value)] = []
    var other: Value?
    for (key, value) in values {
      if sets.chosen.contains(key) {
        entries.append((key, value))
      } else if other == nil {
        other = value
      } else {
        other.mutate { merge(&$0, value) }
      }
    }
    entries.sort { left, right in left.key.flatMap { left in right.key.map { left < $0 } } ?? false }
    if let other { entries.append((nil, other)) }
    return (entries, values.count - sets.chosen.count)
  }
}

extension Optional {
  fileprivate mutating func mutate(_ body: (inout Wrapped) -> Void) {
    guard var value = self else { return }
    body(&value)
    self = value
  }
}
