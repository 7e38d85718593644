import BindDiagnosis
import PortControl

// port-guard PORT [--end]: says who has a port, ends the holder if asked to, and waits until the port is free.
let port = PortSelection(UInt16(CommandLine.arguments[1]) ?? 8080)
var diagnostician = try Diagnostician()
print(try diagnostician.diagnose(port.requests()).summary)
if CommandLine.arguments.contains("--end") { print(try await PortEnding.look(at: port).end()) }
for try await step in PortWait(.free(port), timeout: .seconds(2)) { print(step) }
