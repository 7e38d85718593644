import OtherAddresses
import SockDiag

// Two modules have a SocketAddress. The name of the module decides, and a typealias saves writing it.
typealias KernelAddress = SockDiag.SocketAddress

let mine = OtherAddresses.SocketAddress("10.0.0.1 port 443")
let kernels: KernelAddress = "10.0.0.1:443"
print(mine.text, kernels.port, plainName)
