public import SocketLaboratory

extension Laboratory {
  /// The wire of this namespace. The first call makes it.
  public func wire() throws -> Wire {
    if let wire = namespace.residents.first(Wire.self) { return wire }
    return namespace.residents.keep(try Wire(in: namespace))
  }

  /// Makes a cgroup that lasts as long as the namespace.
  ///
  /// - Parameter suffix: A suffix that makes the cgroup's name the name of a unit, such as `.service`.
  public func cgroup(named name: String, suffix: String = "") throws -> TemporaryCgroup {
    namespace.residents.keep(try TemporaryCgroup(named: name, suffix: suffix))
  }
}

extension Wire: Resident {
  /// Resets all conversations, so that their sockets leave no orphans, which would keep the namespace alive.
  public func leave() { resetAll() }
}

extension TemporaryCgroup: Resident, SocketCreator {
  /// Nothing is left to do: the last reference removes the cgroup.
  public func leave() {}
}
