import BindDiagnosis
import SockDiag

// Prints as sentences whether a server could use a port.
var diagnostician = try Diagnostician()
let diagnosis = try diagnostician.diagnose(BindRequest(.tcp, "127.0.0.1:8080", options: .reuseAddress, uid: 1000))
for line in diagnosis.lines { print(line) }
