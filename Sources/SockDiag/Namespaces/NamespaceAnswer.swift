/// What was found in one network namespace, or why nothing was.
public struct NamespaceAnswer<Value> {
  /// The namespace.
  public var namespace: NetworkNamespace
  /// The value, or the reason why there is none.
  public var result: Result<Value, SockDiagError>

  /// Creates an answer.
  public init(_ namespace: NetworkNamespace, _ result: Result<Value, SockDiagError>) {
    self.namespace = namespace
    self.result = result
  }

  /// The value; `nil` if there is none.
  public var value: Value? { try? result.get() }

  /// Why there is no value; `nil` if there is one.
  public var error: SockDiagError? {
    if case .failure(let error) = result { error } else { nil }
  }
}

extension NamespaceAnswer: Sendable where Value: Sendable {}
extension NamespaceAnswer: Equatable where Value: Equatable {}
extension NamespaceAnswer: Hashable where Value: Hashable {}

private enum AnswerKeys: String, CodingKey { case namespace, value, error }

extension NamespaceAnswer: Encodable where Value: Encodable {
  /// Writes the namespace, and the value or the error.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnswerKeys.self)
    try container.encode(namespace, forKey: .namespace)
    switch result {
    case .success(let value): try container.encode(value, forKey: .value)
    case .failure(let error): try container.encode(error, forKey: .error)
    }
  }
}

extension NamespaceAnswer: Decodable where Value: Decodable {
  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnswerKeys.self)
    let error = try container.decodeIfPresent(SockDiagError.self, forKey: .error)
    self.init(
      try container.decode(NetworkNamespace.self, forKey: .namespace),
      try error.map(Result.failure) ?? .success(container.decode(Value.self, forKey: .value)))
  }
}

extension Sequence<NetworkNamespace> {
  /// Reads sockets in each namespace, one after the other.
  ///
  /// ```swift
  /// let answers = await NetworkNamespace.all().namespaces.inspect { inspector throws(SockDiagError) in
  ///   try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets
  /// }
  /// for answer in answers { print(answer.namespace, answer.value?.count ?? 0, answer.error ?? "") }
  /// ```
  ///
  /// A namespace that has ended, or that cannot be read, spoils only its own answer. One thread of this library visits
  /// all, and the calling task is suspended meanwhile, so that no cooperative thread waits. To poll, keep
  /// ``NamespaceInspectors``.
  ///
  /// To enter a namespace and open a socket takes about 25 µs. A query for connections then walks the kernel's hash table,
  /// which has the connections of all namespaces: 1.1 ms on an idle host with a table of a million buckets, and 16 ms beside
  /// 100,000 connections. Where the namespace has no TCP sockets there is no such walk, and the query takes 60 µs; nor where it
  /// has only listeners and the query does not ask for `syn-recv`. See <doc:Network-namespaces>.
  ///
  /// - Parameter body: Gets an inspector in each namespace. Its thread is in the namespace, unless that may not be entered.
  /// - Returns: An answer for each namespace, in the same order. If the task is cancelled, those so far.
  public func inspect<Value: Sendable>(
    _ body: @escaping @Sendable (inout SocketInspector) throws(SockDiagError) -> Value
  ) async -> [NamespaceAnswer<Value>] {
    let namespaces = Array(self)
    let stop = StopSignal()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let visit: @Sendable () -> Void = {
          var answers: [NamespaceAnswer<Value>] = []
          for namespace in namespaces where !stop.isRaised {
            answers.append(NamespaceAnswer(namespace, namespace.visit(body)))
          }
          continuation.resume(returning: answers)
        }
        do throws(SockDiagError) { try NamespaceThread.start(visit) } catch {
          continuation.resume(returning: namespaces.map { NamespaceAnswer($0, .failure(error)) })
        }
      }
    } onCancel: {
      stop.raise()
    }
  }
}

extension NetworkNamespace {
  /// Enters the namespace with the calling thread, which is one of this library, and reads sockets there.
  func visit<Value>(
    _ body: (inout SocketInspector) throws(SockDiagError) -> Value
  ) -> Result<Value, SockDiagError> {
    // The inspector decides what a refusal means.
    try? enter()
    do throws(SockDiagError) {
      var inspector = try SocketInspector(in: self)
      return .success(try body(&inspector))
    } catch {
      return .failure(error)
    }
  }
}
