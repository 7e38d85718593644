import BindDiagnosis
import PortControl

// port-guard PORT [--end]: says who has a port, ends the holder if asked to, and waits until the port is free.
guard let number = CommandLine.arguments.dropFirst().first.flatMap({ UInt16($0) }) else { fatalError("give a port") }
let port = PortSelection(number)
var diagnostician = try Diagnostician()
print(try diagnostician.diagnose(port.requests()).summary)
if CommandLine.arguments.contains("--end") { print(try await PortEnding.look(at: port).end()) }
for try await step in PortWait(.free(port), timeout: .seconds(2)) { print(step) }
