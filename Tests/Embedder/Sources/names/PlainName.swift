import OtherAddresses
import SockDiag
import struct SockDiag.SocketAddress

// After the import of the one type, its name stands for it.
let plainName = SocketAddress(IPAddress(v4: 0x7f00_0001), port: 80)
