internal import PortControl

extension HolderList {
  /// The processes of a socket whose holders are to be ended.
  init(_ held: HeldSocket) {
    self.init(entries: held.holders.map { Entry($0) }, reasons: held.missing)
  }
}
