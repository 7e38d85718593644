internal import Synchronization

/// Inspectors in many network namespaces, kept between polls.
///
/// ```swift
/// var inspectors = NamespaceInspectors()
/// while true {
///   try inspectors.refresh()
///   for answer in inspectors.inspect({ inspector throws(SockDiagError) in
///     try inspector.dump(SocketQuery(.tcp)).sockets
///   }) { print(answer.namespace, answer.value?.count ?? 0) }
///   sleep(1)
/// }
/// ```
///
/// Each namespace is entered once and costs one descriptor, that of its netlink socket. The socket keeps the namespace
/// alive, so that its number is not given to another one. ``refresh(in:)`` closes the sockets of namespaces that nothing
/// else is known to hold, so call it as often as namespaces shall be able to end.
///
/// It is `Sendable` and has one owner, which makes one call at a time.
public struct NamespaceInspectors: ~Copyable, Sendable {
  private var kept: [Kept] = []
  /// What the last search may lack, without its namespaces.
  public private(set) var search = NetworkNamespaceList()

  /// A namespace with its inspector. There is only one user: the lock satisfies the compiler and is never contended.
  fileprivate final class Kept: Sendable {
    struct State: ~Copyable {
      var namespace: NetworkNamespace
      var inspector: SocketInspector?
      /// Why there is no inspector.
      var failure: SockDiagError?
    }

    let state: Mutex<State>

    init(_ namespace: NetworkNamespace) { state = Mutex(State(namespace: namespace)) }

    var namespace: NetworkNamespace { state.withLock { $0.namespace } }
  }

  /// What a search for namespaces changed.
  public struct Changes: Hashable, Sendable {
    /// Namespaces that were not there before.
    public var appeared: [NetworkNamespace] = []
    /// Namespaces that are there no more.
    public var ended: [NetworkNamespace] = []

    /// Creates the changes of a search that found the same.
    public init() {}
  }

  /// Creates a set without namespaces: the first ``refresh(in:)`` fills it.
  public init() {}

  /// The namespaces, as the last search found them.
  public var namespaces: [NetworkNamespace] { kept.map(\.namespace) }

  /// Searches the namespaces of the host, opens inspectors in new ones and closes those of namespaces that are gone.
  ///
  /// - Parameter places: Where to look; see ``NetworkNamespace/all(in:)``.
  /// - Throws: ``SockDiagError`` if proc is not mounted. Then nothing changed.
  @discardableResult
  public mutating func refresh(in places: NetworkNamespace.Places = .all) throws(SockDiagError) -> Changes {
    refresh(try NetworkNamespace.all(in: places))
  }

  /// Opens inspectors in the new ones of some namespaces, and closes those of namespaces that are not among them.
  ///
  /// Where an inspector could not be opened, another attempt is made.
  @discardableResult
  public mutating func refresh(_ list: NetworkNamespaceList) -> Changes {
    var changes = Changes()
    var known = Dictionary(kept.map { ($0.namespace.id, $0) }, uniquingKeysWith: { first, _ in first })
    search = list
    search.namespaces = []
    kept = list.namespaces.map { namespace in
      guard let old = known.removeValue(forKey: namespace.id) else {
        changes.appeared.append(namespace)
        return Kept(namespace)
      }
      old.update(namespace)
      return old
    }
    changes.ended = known.values.map(\.namespace).sorted { $0.id.inode < $1.id.inode }
    let unopened = kept.filter { $0.state.withLock { $0.inspector == nil } }
    if !unopened.isEmpty {
      Self.visit(unopened) {
        $0.open()
      } orElse: {
        $0.fail($1)
      }
    }
    return changes
  }

  /// Reads sockets in each namespace, one after the other.
  ///
  /// A namespace that cannot be read spoils only its own answer. The calling thread waits while one thread of this library
  /// visits all namespaces.
  ///
  /// - Parameter body: Gets the inspector of each namespace.
  /// - Returns: An answer for each namespace.
  public mutating func inspect<Value>(
    _ body: (inout SocketInspector) throws(SockDiagError) -> Value
  ) -> [NamespaceAnswer<Value>] {
    var answers: [NamespaceAnswer<Value>] = []
    Self.visit(kept) {
      answers.append(NamespaceAnswer($0.namespace, $0.inspect(body)))
    } orElse: {
      answers.append(NamespaceAnswer($0.namespace, .failure($1)))
    }
    return answers
  }

  /// Visits namespaces with one thread.
  private static func visit(
    _ kept: [Kept], _ body: (Kept) -> Void, orElse fail: (Kept, SockDiagError) -> Void
  ) {
    do throws(SockDiagError) {
      try NamespaceThread.run {
        for one in kept {
          // The inspector decides what a refusal means.
          try? one.namespace.enter()
          body(one)
        }
      }
    } catch {
      for one in kept { fail(one, error) }
    }
  }
}

extension NamespaceInspectors.Kept {
  fileprivate func update(_ namespace: NetworkNamespace) {
    state.withLock { state in
      state.namespace = namespace
      state.inspector?.use(namespace)
    }
  }

  fileprivate func open() {
    state.withLock { state in
      do throws(SockDiagError) {
        state.inspector = try SocketInspector(in: state.namespace)
        state.failure = nil
      } catch {
        state.failure = error
      }
    }
  }

  fileprivate func fail(_ error: SockDiagError) { state.withLock { $0.failure = error } }

  fileprivate func inspect<Value>(
    _ body: (inout SocketInspector) throws(SockDiagError) -> Value
  ) -> Result<Value, SockDiagError> {
    state.withLock { state in
      guard var inspector = state.inspector.take() else {
        let none = SockDiagError(.namespaceGone, operation: "open an inspector in \(state.namespace)")
        return .failure(state.failure ?? none)
      }
      let result: Result<Value, SockDiagError>
      do throws(SockDiagError) { result = .success(try body(&inspector)) } catch { result = .failure(error) }
      state.inspector = consume inspector
      return result
    }
  }
}
