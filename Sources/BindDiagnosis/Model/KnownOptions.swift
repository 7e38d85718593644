/// The known options of a socket: sock_diag reports most of them for no socket.
public struct KnownOptions: Hashable, Sendable {
  /// The options whose value is known.
  public private(set) var known: BindOptions
  /// The options that are known to be set.
  public private(set) var set: BindOptions

  /// Creates known options.
  ///
  /// - Parameters:
  ///   - set: The options that are set.
  ///   - known: The options whose value is known. Options in `set` are always known.
  public init(_ set: BindOptions = [], known: BindOptions = []) {
    self.known = known.union(set)
    self.set = set
  }

  /// Whether an option is set; `nil` if that is not known.
  public subscript(option: BindOptions) -> Bool? {
    get { known.isSuperset(of: option) ? set.isSuperset(of: option) : nil }
    set {
      set.subtract(option)
      known.subtract(option)
      if let newValue {
        known.formUnion(option)
        if newValue { set.formUnion(option) }
      }
    }
  }

  /// Adds further known options. Options that were known before do not change.
  public mutating func learn(_ other: KnownOptions) {
    let new = other.known.subtracting(known)
    known.formUnion(new)
    set.formUnion(other.set.intersection(new))
  }
}
