/// The exit status of the command.
///
/// Errors have the numbers of sysexits.h, which leaves 1 to 63 for answers. If the reader of the output closes the pipe,
/// `SIGPIPE` ends the command without a message, as it does with other tools.
///
/// A number has one meaning for `why`, `free`, `wait`, `kill` and `check`.
///
/// C: `EX_*`, sysexits.h.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Yes, or done, even if there is nothing to show.
  case success = 0
  /// The answer is no. `why`: the port is in use. `free`: too few ports are free. `wait`: timed out. `kill`: no process
  /// held a port, or the user answered no. `check`: there are findings. `bench`: netlink and /proc do not list the same
  /// sockets.
  case negative = 1
  /// `why`, `free` and `kill`: whether bind() succeeds depends on facts that are unknown.
  case undecided = 2
  /// `why`, `free`, `wait` and `kill`: bind() fails with another error than EADDRINUSE.
  case otherError = 3
  /// Wrong usage. C: `EX_USAGE`.
  case usage = 64
  /// A capture is damaged. The sockets before the damage were shown. C: `EX_DATAERR`.
  case badData = 65
  /// A file cannot be opened or read. C: `EX_NOINPUT`.
  case noInput = 66
  /// The kernel refused or failed. `destroy`: some of the sockets still exist. `kill`: a port is still in use.
  /// C: `EX_OSERR`.
  case system = 71
  /// A file cannot be created. C: `EX_CANTCREAT`.
  case cannotCreate = 73
  /// The output cannot be written. C: `EX_IOERR`.
  case outputFailed = 74
  /// The output is incomplete. `kill`: no process holds the port, but records of closed connections still block it.
  /// C: `EX_TEMPFAIL`.
  case partial = 75
  /// A privilege is missing. C: `EX_NOPERM`.
  case noPermission = 77
  /// `why --run`: the command exists and cannot be run. Shells use the same number.
  case commandNotExecutable = 126
  /// `why --run`: the command does not exist. Shells use the same number.
  case commandNotFound = 127

  /// The worst of several, for subcommands that take several ports. After success come the answers, a port that becomes
  /// free by itself, and the failures.
  static func worst(_ statuses: [ExitStatus]) -> ExitStatus {
    let order: [ExitStatus] = [.success, .negative, .undecided, .otherError, .partial, .system, .noPermission]
    func rank(_ status: ExitStatus) -> Int { order.firstIndex(of: status) ?? order.count }
    return statuses.max { rank($0) < rank($1) } ?? .success
  }

  /// The list for `--help`.
  static let summary = """
    EXIT STATUS
      0   yes, or done, even if there is nothing to show
      1   no. why: in use; free: too few ports are free; wait: timed out; kill: no process held the port, or you \
    answered no; check: there are findings; bench: netlink and /proc do not list the same sockets
      2   why, free, kill: it depends on facts that are unknown
      3   why, free, wait, kill: bind() fails with another error than EADDRINUSE
      64  wrong usage
      65  a capture is damaged; the sockets before the damage were shown
      66  a file cannot be read
      71  the kernel refused or failed; destroy: some of the sockets still exist; kill: a port is still in use
      73  a file cannot be created
      74  the output cannot be written
      75  the output is incomplete; kill: only closed connections block the port
      77  a privilege is missing
      126 why --run: the command cannot be run
      127 why --run: the command does not exist

    With several ports the status is that of the worst. A closed pipe ends it with SIGPIPE, which shells show as 141. \
    A signal while it waits shows as 128 plus its number.
    """
}
