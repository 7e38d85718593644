import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Completions in the shells themselves, with the scripts that `install` writes.
///
/// A shell asks the command, which reads the live sockets of a namespace of the test.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct CompletionTests {
  /// Installs the command under a new folder and lets a shell complete lines, in a namespace where port 8080 is listened
  /// on by this process.
  private func offers(_ shell: Shell, _ lines: [String]) async throws -> [String: String] {
    let tool = try Tool.path
    return try await TemporaryFolder.with { folder in
      let install = try Shells.run([tool, "install", "--prefix", folder])
      #expect(install.status == 0, "\(install.errors)")
      return try await Laboratory.withNew { laboratory in
        let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
        return try withExtendedLifetime(listener) {
          var offers: [String: String] = [:]
          for line in lines {
            let result = try laboratory.namespace.run(
              ["env", "PATH=\(folder)/bin:/usr/bin:/bin", "HOME=\(folder)"] + shell.command(folder: folder, line: line))
            offers[line] = result.outputText
          }
          return offers
        }
      }
    }
  }

  /// What each shell has to offer for a line: a part of what it shows.
  private static let expected = [
    "sockdiag k": "kill", "sockdiag kill ": "8080", "sockdiag why 80": "8080", "sockdiag 80": "8080",
    "sockdiag wait 80": "8080", "sockdiag --listen": "--listening", "sockdiag demo time-wait-": "time-wait-reuseaddr",
    "sockdiag kill --signal TE": "TERM", "sockdiag why 80 --uid roo": "root", "sockdiag why 80 --device l": "lo",
    "sockdiag why 80 --as ngi": "nginx", "sockdiag list state time-w": "time-wait", "sockdiag list spo": "sport",
    "sockdiag list -f netl": "netlink",
  ]

  @Test(.enabled(if: Shell.allCases.allSatisfy(\.isInstalled), "needs bash, zsh and fish"), arguments: Shell.allCases)
  func shellOffersLiveWords(_ shell: Shell) async throws {
    let offers = try await offers(shell, Array(Self.expected.keys))
    for (line, word) in Self.expected {
      #expect(offers[line]?.contains(word) == true, "\(shell), \(line): \(offers[line] ?? "")")
    }
  }

  @Test(
    .enabled(if: Shell.zsh.isInstalled && Shell.fish.isInstalled, "needs zsh and fish"), arguments: [Shell.zsh, .fish])
  func processesAreNoted(_ shell: Shell) async throws {
    let offers = try await offers(shell, ["sockdiag kill 80", "sockdiag why 127.0.0.1:80"])
    let name = try String(contentsOf: URL(filePath: "/proc/self/comm"), encoding: .utf8).split(separator: "\n")[0]
    for (line, offer) in offers { #expect(offer.contains("8080") && offer.contains(name), "\(line): \(offer)") }
  }

  @Test func portsOfTheNamedNamespaceAreOffered() async throws {
    let other = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 7777))
      let request = try Self.request("why", ["-N", "\(laboratory.namespace.threadID)"])
      // The command starts in a namespace that has no sockets.
      return try withExtendedLifetime(listener) {
        try LabNamespace.withNew { elsewhere in try elsewhere.run(request).outputText }
      }
    }
    #expect(other == "7777\n")
  }

  @Test func udpPortsAreOfferedForUDP() async throws {
    let (udp, tcp) = try await Laboratory.withNew { laboratory in
      let sockets = try (
        laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 5353)),
        laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      )
      return try withExtendedLifetime(sockets) {
        func ask(_ words: [String]) throws -> String {
          try laboratory.namespace.run(try Self.request("kill", words)).outputText
        }
        return (try ask(["-u"]), try ask([]))
      }
    }
    #expect(udp == "5353\n" && tcp == "8080\n")
  }

  @Test func wrongRequestsOfferNothing() throws {
    let result = try Tool.run(["---completion", "kill", "--", "positional@7", "0", "0"])
    #expect(result.status == Status.usage.rawValue && result.output.isEmpty)
  }

  /// The command line by which a shell asks for the word after some words.
  private static func request(_ subcommand: String, _ words: [String]) throws -> [String] {
    let line = ["sockdiag", subcommand] + words + [""]
    return [try Tool.path, "---completion", subcommand, "--", "positional@0", "\(line.count - 1)", "0"] + line
  }
}

/// A shell that completes.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var isInstalled: Bool { Shells.has("/usr/bin/\(rawValue)") }

  /// A command that prints what the shell offers at the end of a line.
  func command(folder: String, line: String) -> [String] {
    switch self {
    case .bash:
      // What the shell sets before it calls the function of a command.
      let script = """
        source "$1/share/bash-completion/completions/sockdiag"
        COMP_LINE=$2
        COMP_POINT=${#COMP_LINE}
        read -ra COMP_WORDS <<<"$2"
        if [[ $2 == *' ' ]]; then COMP_WORDS+=(''); fi
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _sockdiag sockdiag "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      return ["/usr/bin/bash", "--norc", "-c", script, "bash", folder, line]
    case .zsh:
      // Only a terminal makes zsh complete: a second one at a pseudo-terminal.
      let script = """
        zmodload zsh/zpty
        zpty z TERM=dumb zsh -f -i
        zpty -w z "PS1='ready> '; unset zle_bracketed_paste; fpath=($1/share/zsh/site-functions \\$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=10000; bindkey '^I' list-choices"
        zpty -w z "print START''ED"
        # The prompt says that the line editor has the terminal.
        zpty -r -m z out '*STARTED*ready> *'
        zpty -w -n z "$2"$'\\t'
        zpty -w -n z $'\\x15'"print DO''NE"$'\\n'
        zpty -r -m z out '*DONE*'
        # Without the echo of the line.
        print -r -- "${${out#*$2}%%print DO*}"
        zpty -d z
        """
      return ["/usr/bin/zsh", "-f", "-c", script, "zsh", folder, line]
    case .fish:
      let script = """
        source $argv[1]/share/fish/vendor_completions.d/sockdiag.fish
        complete -C $argv[2]
        """
      return ["/usr/bin/fish", "--no-config", "-c", script, folder, line]
    }
  }
}
