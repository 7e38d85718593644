@_exported public import SockDiag
