// One import and one product for programs that use most of the package. It adds no declaration.
@_exported public import BindDiagnosis
@_exported public import HostFindings
@_exported public import PortControl
@_exported public import SockDiag
@_exported public import SocketMetrics
@_exported public import SocketOwners
