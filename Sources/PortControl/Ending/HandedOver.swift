internal import Synchronization

/// A value with one owner that passes from one thread to another.
final class HandedOver<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value?>

  init(_ value: consuming sending Value) { self.value = Mutex(value) }

  /// The value. It is there once.
  func take() throws(PortControlError) -> Value {
    guard let value = value.withLock({ $0.take() }) else { throw PortControlError(.system) }
    return value
  }
}
