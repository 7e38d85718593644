import BindDiagnosis
import SocketLaboratory
import SocketLaboratoryKit

/// A restraint on the asking program and on the one that binds.
enum Restraint: Hashable {
  case none
  /// Landlock allows TCP sockets to be bound only to this port, or to none.
  case landlock(allowing: UInt16?)
  /// seccomp makes every bind() fail.
  case seccompBind(errno: Int32)
  /// seccomp makes socket() of one family fail.
  case noFamily(Family, errno: Int32)
  /// A cgroup program denies a port.
  case cgroup(denying: UInt16, isLate: Bool)
  /// /proc/sys is empty.
  case maskedSettings
  /// /proc is empty.
  case noProc
  /// uname(2) reports a kernel that does not report bound sockets.
  case oldRelease

  enum Family: Int {
    case inet6 = 10
    case netlink = 16
  }

  /// The words that start a command under the restraint.
  func starting(_ command: [String], with programs: Programs) -> [String] {
    words.isEmpty ? command : [programs.restrained] + words + ["--"] + command
  }

  private var words: [String] {
    switch self {
    case .none: []
    case .landlock(let port): ["landlock-bind"] + (port.map { ["\($0)"] } ?? [])
    case .seccompBind(let errno): ["seccomp-bind", "\(errno)"]
    case .noFamily(let family, let errno): ["no-family", "\(family.rawValue)", "\(errno)"]
    case .cgroup(let port, let isLate): [isLate ? "cgroup-bpf-deny-late" : "cgroup-bpf-deny", "\(port)"]
    case .maskedSettings: ["masked-sysctl"]
    case .noProc: ["masked-proc"]
    case .oldRelease: ["old-release"]
    }
  }

  /// Whether an error of the kernel can come from the restraint.
  func mayRefuse(with error: String?) -> Bool {
    switch self {
    case .landlock: error == "EACCES"
    case .seccompBind(let errno): error == "\(BindErrno(rawValue: errno))"
    case .cgroup: error == "EPERM"
    // The first port that needs no privilege.
    case .maskedSettings, .noProc: error == "EACCES"
    case .none, .noFamily, .oldRelease: false
    }
  }

  /// Whether the command may have no answer at all, because it cannot ask the kernel for sockets.
  var forbidsAsking: Bool {
    switch self {
    case .seccompBind, .noFamily(.netlink, _): true
    default: false
    }
  }

  /// The restraint without its numbers, for counting.
  var name: String {
    switch self {
    case .none: "none"
    case .landlock: "Landlock"
    case .seccompBind: "seccomp on bind()"
    case .noFamily(.inet6, _): "no IPv6"
    case .noFamily(.netlink, _): "no netlink"
    case .cgroup(_, false): "cgroup"
    case .cgroup(_, true): "cgroup, late"
    case .maskedSettings: "masked settings"
    case .noProc: "no /proc"
    case .oldRelease: "old release"
    }
  }
}
