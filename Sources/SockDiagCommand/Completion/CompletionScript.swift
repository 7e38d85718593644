internal import ArgumentParser

/// The script that makes a shell complete command lines of this command.
///
/// It is the argument parser's script with one addition: a command line without a subcommand. There a number is a port for
/// `why`, and an option belongs to `listeners`, as in ``PortShorthand`` and ``Subcommand/standard``.
enum CompletionScript {
  static func text(for shell: CompletionShell) -> String {
    var script = Sockdiag.completionScript(for: shell)
    let (place, addition) = addition(for: shell)
    if let range = script.firstRange(of: place) { script.insert(contentsOf: addition, at: range.upperBound) }
    // fish 3 refuses to tell the cursor's place in a word while 'complete -C' asks.
    if shell == .fish {
      script.replace("(__sockdiag_tokens -tC)", with: "(string length -- (commandline -ct))")
    }
    // bash reads the file and does not run it.
    if script.hasPrefix("#!"), let end = script.firstIndex(of: "\n") { script.removeSubrange(...end) }
    return script.hasSuffix("\n") ? script : script + "\n"
  }

  /// The line of the script after which the subcommand is added to the words, and the lines that do it.
  private static func addition(for shell: CompletionShell) -> (place: String, addition: String) {
    switch shell {
    case .bash:
      (
        "\n_sockdiag() {\n",
        #"""
            # Without a subcommand, a number is a port for 'why', and an option belongs to 'listeners'.
            local added=
            case "${COMP_WORDS[1]}" in
            [0-9]*) added=why ;;
            -*) added=listeners ;;
            esac
            if [[ -n "${added}" ]]; then
                local -a all_words=("${COMP_WORDS[0]}" "${added}" "${COMP_WORDS[@]:1}")
                local -i word_number="$((COMP_CWORD + 1))" point="$((COMP_POINT + ${#added} + 1))"
                local line="${COMP_LINE/"${COMP_WORDS[0]}"/${COMP_WORDS[0]} ${added}}"
                local COMP_WORDS COMP_CWORD COMP_POINT COMP_LINE
                COMP_WORDS=("${all_words[@]}")
                COMP_CWORD="${word_number}"
                COMP_POINT="${point}"
                COMP_LINE="${line}"
            fi

        """#
      )
    case .zsh:
      (
        "\n_sockdiag() {\n",
        #"""
            # Without a subcommand, a number is a port for 'why', and an option belongs to 'listeners'.
            case "${words[2]}" in
            [0-9]*) words=("${words[1]}" why "${(@)words[2,-1]}"); (( CURRENT++ )) ;;
            -*) words=("${words[1]}" listeners "${(@)words[2,-1]}"); (( CURRENT++ )) ;;
            esac

        """#
      )
    default:
      (
        "    set -l unparsed_tokens (__sockdiag_tokens -pc)\n",
        #"""
            # Without a subcommand, a number is a port for 'why', and an option belongs to 'listeners'.
            set -l first $unparsed_tokens[2]
            test -n "$first"; or set first (commandline -ct)
            if string match -qr '^[0-9]' -- $first
                set unparsed_tokens $unparsed_tokens[1] why $unparsed_tokens[2..]
            else if string match -qr '^-' -- $first
                set unparsed_tokens $unparsed_tokens[1] listeners $unparsed_tokens[2..]
            end

        """#
      )
    }
  }
}
