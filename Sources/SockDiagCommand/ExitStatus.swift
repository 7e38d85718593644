/// What the command's exit status means.
///
/// The numbers are those of sysexits.h, so that 1 to 63 are free for answers. A reader that closes the pipe ends the
/// command by `SIGPIPE`, quietly, as with any other tool.
///
/// C: `EX_*`, sysexits.h.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Everything asked for was shown or done, even if that is nothing.
  case success = 0
  /// The answer is no. `bench`: netlink and /proc do not show the same sockets. `kill`: no process held the port, or the user answered no. `wait`:
  /// the time is up. `check`: something was found. `why`: the port is in use.
  case negative = 1
  /// `why` and `kill`: whether bind() succeeds depends on what cannot be seen.
  case undecided = 2
  /// `why` and `kill`: bind() fails with another error than that of a port in use.
  case otherError = 3
  /// The command line makes no sense. C: `EX_USAGE`.
  case usage = 64
  /// A capture is not what it should be; what stood before the fault was shown. C: `EX_DATAERR`.
  case badData = 65
  /// A file cannot be opened or read. C: `EX_NOINPUT`.
  case noInput = 66
  /// The kernel refused or failed; `destroy`: some of the sockets are still there; `kill`: the port is still in use.
  /// C: `EX_OSERR`.
  case system = 71
  /// A file cannot be made. C: `EX_CANTCREAT`.
  case cannotCreate = 73
  /// The output cannot be written. C: `EX_IOERR`.
  case outputFailed = 74
  /// What was shown is not all there was; `kill`: no process holds the port any more, but what is left of its connections
  /// blocks it for a time. C: `EX_TEMPFAIL`.
  case partial = 75
  /// It takes a privilege. C: `EX_NOPERM`.
  case noPermission = 77
  /// `why --run`: the command is there and cannot be run, as shells have it.
  case commandNotExecutable = 126
  /// `why --run`: there is no such command, as shells have it.
  case commandNotFound = 127

  /// The list for `--help`.
  static let summary = """
    EXIT STATUS
      0   all that was asked for was shown or done, even if that is nothing
      1   why: in use; wait: the time is up; kill: no process held the port, or you answered no; check:
          something was found; bench: netlink and /proc do not show the same sockets
      2   why, kill: it depends on what cannot be seen
      3   why, kill: bind() fails with another error than that of a port in use
      64  the command line makes no sense
      65  a capture is damaged; what stood before the fault was shown
      66  a file cannot be read
      71  the kernel refused or failed; destroy: some of the sockets are still there; kill: the port is still in use
      73  a file cannot be made
      74  the output cannot be written
      75  what was shown is not all there was; kill: the port is blocked for a time by what closed connections left
      77  a privilege is missing
      126 why --run: the command cannot be run
      127 why --run: there is no such command

    A closed pipe ends it by SIGPIPE, which a shell shows as 141; a signal that comes while it waits, as 128 and its
    number.
    """
}
