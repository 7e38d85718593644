/// The form of the output.
enum OutputFormat {
  case table
  /// A value of JSON.
  case json
  /// A value of JSON on each line.
  case lines

  /// The format that `--json` and `--ndjson` choose.
  init(json: Bool, ndjson: Bool) throws(CommandFailure) {
    if json, ndjson { throw .usage("--json and --ndjson exclude each other; leave one of them out") }
    self = json ? .json : ndjson ? .lines : .table
  }
}
