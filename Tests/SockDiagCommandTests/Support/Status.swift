import SockDiagCommand

/// The testing library has a type of the same name.
typealias Status = SockDiagCommand.ExitStatus
