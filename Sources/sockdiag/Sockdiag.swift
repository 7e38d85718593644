internal import Glibc
internal import SockDiagCommand

@main
enum Main {
  static func main() { exit(SockDiagTool.run()) }
}
