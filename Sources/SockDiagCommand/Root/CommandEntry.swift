/// Runs the command with the arguments of `main()`, and returns its exit status.
///
/// By its old name `@_cdecl`, because compilers before 6.3 do not know `@c`.
@_cdecl("sockdiag_run")
public func runCommand(
  _ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  // SAFETY: main() passes the arguments of the kernel: as many strings as the count says.
  unsafe SockDiagTool.run(count, words)
}
