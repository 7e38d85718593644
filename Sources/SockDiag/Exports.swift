// Importers of SockDiag need its values, and all of them are defined there.
@_exported public import SockDiagWire
