import SockDiagWire

/// Seeds for the fuzzer of filters.
enum FilterWords {
  /// All filter texts of these tests.
  static var texts: [String] {
    let parser = FilterParserTests.self
    return parser.sound.flatMap(\.1) + FilterFault.all.map(\.text)
  }

  /// The words of the language, as a dictionary for libFuzzer.
  static var dictionary: String {
    let words =
      [
        "src ", "dst ", "sport ", "dport ", "state ", "exclude ", "family ", "dev ", "fwmark ", "cgroup ", "autobound",
        "pid ", "comm ", "cmdline ", "unit ", "container ", "user ", " ~ ", " !~ ", " =~ ", "[[:alpha:]]", "{2,3}",
        "(?i)",
        "\\\\b",
        " and ", " or ", "not ", "&", "|", "!", "(", ")", "=", "!=", "<", ">", "<=", ">=", " eq ", " ne ", " lt ",
        " le ",
        " gt ", " ge ", "inet:", "inet6:", "10.0.0.0/8", "[::1]", "fe80::1%1", "/255.0.0.0", ":80", ",443", "-8999",
        "*",
        "0x1f/0xff", "50ms", "1.5s", "200us", "10k", "1Mi", "65535", "18446744073709551615",
      ] + SocketStateSet.filterNames + FilterFigure.all.map(\.name)
    return words.map { "\"\($0)\"" }.joined(separator: "\n") + "\n"
  }
}
