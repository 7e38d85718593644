public import SockDiag
public import SocketOwners

/// What helps against a failing bind(). Each is tried on the rule before it is offered.
public enum Remedy: Hashable, Sendable {
  /// A bind() for the answer, which settles what the sockets' hidden options leave open: see ``BindProbe``.
  case probe
  /// Nothing but patience: what blocks goes by itself.
  case wait(Duration)
  /// The program sets options that it does not set now. If that is not certain, it depends on the options of what blocks.
  case setOptions(BindOptions, isCertain: Bool)
  /// The program asks for an address with which nothing on the port overlaps.
  case bindAddress(IPAddress)
  /// The unit is stopped; systemd would start its process again if that alone were ended.
  case stopUnit(SystemdUnit)
  /// The `.socket` unit is stopped for which systemd itself holds a socket: `nil` where the unit is not known. The user is
  /// the one whose manager holds it, `nil` for the manager of the system.
  case stopSocketUnit(SystemdUnit?, managerUID: UInt32?)
  /// The container is stopped.
  case stopContainer(Container)
  /// The container is stopped, or loses its port, for which a forwarder holds the port.
  case stopForwarding(PortForwarder)
  /// The container or the machine is stopped whose first process holds the port: everything in it ends with that process.
  case stopMachine
  /// The processes that hold what blocks are ended, or close it.
  case endProcesses([Int32])
  /// The same for processes that only have connections on the port, and no listener any more.
  case endConnectedProcesses([Int32])
  /// The kernel destroys what blocks and belongs to no process. It takes CAP_NET_ADMIN.
  case destroy
  /// The kernel keeps the port out of those that it chooses for outgoing connections, from now on.
  case reservePort
  /// The program uses the socket with which it has the port itself, by this descriptor, or closes it before it binds
  /// another.
  case reuseOwnSocket(descriptor: UInt32)
  /// The kernel keeps what a process has closed, and its peer has not, for a shorter time, from now on. What is there
  /// keeps its time.
  case shortenFinTimeout
  /// The kernel lets everybody bind the port.
  case lowerPrivilegedPorts
  /// The same for a container that has a network of its own, when it is started.
  case lowerPrivilegedPortsOfContainer
  /// The program may bind low ports.
  case grantCapability
  /// The program asks for a port that takes no privilege.
  case useUnprivilegedPort
  /// The program listens on an IPv4 address: there is no IPv6 here.
  case useIPv4(IPAddress)
  /// Nothing but patience: the kernel is still checking the address for duplicates.
  case awaitAddress
  /// The address is set again without the check for duplicates.
  case skipAddressCheck
  /// The link of the interface is brought up, for before that the check for duplicates does not begin.
  case raiseLink(NetworkInterface)
  /// The other host on the link gives the address up, and this one gets it anew.
  case resolveDuplicate
  /// The interface takes IPv6 addresses, and gets the address.
  case enableIPv6
  /// The program binds to the interface that has the address.
  case bindToInterface(NetworkInterface)
  /// The host gets the address.
  case addAddress
  /// The kernel lets sockets be bound to addresses that the host does not have.
  case allowNonlocalBind
  /// The address is asked for with its interface.
  case nameInterface
  /// The kernel gets more ports to choose from.
  case widenPortRange
  /// The program binds the address alone, by IP_BIND_ADDRESS_NO_PORT, and leaves the port to connect(), which may share one
  /// with connections to other places. It is of no use to a program that listens.
  case choosePortInConnect
}
