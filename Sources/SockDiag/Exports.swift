// Whoever imports SockDiag works with its values, which are all defined there.
@_exported public import SockDiagWire
