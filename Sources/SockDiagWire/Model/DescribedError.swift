/// An error of this package.
///
/// Every public error type of the package has these members: they can be logged, counted by ``code`` and shown to people
/// without knowing the type.
///
/// `"\(error)"` is the sentence for every error. ``localizedDescription`` is the same sentence if the type is known: after a
/// typed `throws`, after `as?`, or as `any DescribedError`. If it is known only that the value is an `any Error`, Foundation
/// makes a text of its own from the name of the type. Only a conformance to its `LocalizedError` could change that, and these
/// modules do not depend on Foundation. An app that shows `any Error` values of many packages adds the conformance once:
///
/// ```swift
/// extension SockDiagError: @retroactive LocalizedError {
///   public var errorDescription: String? { description }
/// }
/// ```
public protocol DescribedError: Error, CustomStringConvertible {
  /// The kind of an error. A structure, so that later versions may add kinds.
  associatedtype Code: RawRepresentable & Hashable & Sendable where Code.RawValue == String

  /// The kind of the error.
  var code: Code { get }

  /// The errno; 0 if there was none.
  var errno: Int32 { get }

  /// How to fix the error, if that is known. Without a capital letter and a full stop.
  var suggestion: String? { get }
}

extension DescribedError {
  /// The sentence, also where Foundation is imported. The same as `description`.
  public var localizedDescription: String { description }
}
