import SockDiagCommand

@main enum Main { static func main() throws { try Placeholder.run() } }
