internal import Glibc
internal import SockDiag

/// Runs the live table: waits for keys, samples and signals, and draws.
struct WatchSession {
  private var model: WatchModel
  private let terminal: WatchTerminal
  private let sampler: WatchSampler
  private let owners: WatchOwners
  private var decoder = KeyDecoder()
  private var wantedOwners: [WatchOwners.Wanted] = []

  /// Why the session ends.
  private enum End {
    /// The user asked for it.
    case quit
    case signal(Int32)
    /// The terminal is gone.
    case terminalGone
  }

  /// The time after which a single escape byte is the key, and not the beginning of a sequence.
  private static let escapeMilliseconds: Int32 = 50

  init(
    _ model: WatchModel, in scope: WatchScope, on terminal: WatchTerminal
  ) throws(CommandFailure) {
    self.model = model
    self.terminal = terminal
    do throws(SockDiagError) {
      sampler = try WatchSampler(model.request, in: scope)
      owners = try WatchOwners()
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Runs until the user quits or a signal ends it. The terminal is given back before anything else is written.
  mutating func run() throws(CommandFailure) {
    let end = try show()
    switch end {
    // As events: whoever stops a view that has no end has seen what was wanted.
    case .quit, .signal(SIGINT), .signal(SIGTERM): return
    case .signal(let number): SignalDeath.die(of: number)
    case .terminalGone: SignalDeath.die(of: SIGHUP)
    }
  }

  private mutating func show() throws(CommandFailure) -> End {
    var screen = try Screen(input: terminal.input, output: terminal.output)
    try sampler.start()
    try owners.start()
    defer {
      sampler.stop()
      owners.stop()
    }
    while true {
      let size = screen.size
      var frame = WatchDrawing.frame(&model, columns: size.columns, rows: size.rows)
      if !terminal.showsColour { frame.removeColours() }
      guard screen.show(frame) else { return .terminalGone }
      askForOwners()
      if let end = try wait(&screen) { return end }
    }
  }

  /// Waits until something has happened, and takes it into the model.
  private mutating func wait(_ screen: inout Screen) throws(CommandFailure) -> End? {
    var waits = [terminal.input, screen.signals, sampler.arrivals.descriptor, owners.arrivals.descriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    // SAFETY: poll uses the given number of structures during the call.
    let count = unsafe poll(&waits, UInt(waits.count), decoder.isWaiting ? Self.escapeMilliseconds : -1)
    let error = errno
    if let end = try handleSignals(&screen) { return end }
    if count == 0 { return handle(decoder.flush()) }
    if count < 0 {
      guard error == EINTR else { throw CommandFailure(.system, "cannot wait: \(SystemMessage.text(error))") }
      return nil
    }
    if waits[2].revents != 0, let sample = try sampler.take() { model.take(sample) }
    if waits[3].revents != 0 {
      let (found, failure) = owners.take()
      model.take(owners: found, failure: failure)
    }
    if waits[0].revents != 0 { return readKeys() }
    return nil
  }

  /// Applies the signals that have arrived.
  private mutating func handleSignals(_ screen: inout Screen) throws(CommandFailure) -> End? {
    while let number = screen.nextSignal() {
      switch number {
      case SIGTSTP: try screen.stop()
      case SIGCONT: try screen.take()
      case SIGWINCH: model.resize()
      default: return .signal(number)
      }
    }
    return nil
  }

  private mutating func readKeys() -> End? {
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: read fills at most the bytes of the array.
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(terminal.input, $0.baseAddress, $0.count) }
    if count > 0 { return handle(decoder.keys(adding: bytes.prefix(count))) }
    return count < 0 && (errno == EINTR || errno == EAGAIN) ? nil : .terminalGone
  }

  private mutating func handle(_ keys: [Key]) -> End? {
    let request = model.request
    for key in keys {
      if model.handle(key) == .quit { return .quit }
    }
    if model.request != request { sampler.use(model.request) }
    return nil
  }

  /// Asks for the processes of the rows on the screen: as long as some are not known, and with every sample, since
  /// descriptors may have moved.
  private mutating func askForOwners() {
    let wanted = model.wantedOwners
    let keys = wanted.map(\.key)
    guard keys != wantedOwners.map(\.key) || keys.contains(where: { model.owners[$0] == nil }) else { return }
    wantedOwners = wanted
    owners.find(wanted)
  }
}
