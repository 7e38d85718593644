public import SockDiag
public import SocketOwners

/// A remedy for a failing bind(). Each is tried on the rule before it is offered.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum Remedy: Hashable, Sendable {
  /// Make a real bind(), which settles questions about hidden socket options: see ``BindProbe``.
  case probe
  /// Wait: the blocking sockets expire.
  case wait(Duration)
  /// The program sets options that it does not set now. If this is not certain, it depends on the options of the
  /// blocking sockets.
  case setOptions(BindOptions, isCertain: Bool)
  /// The program binds an address that overlaps nothing on the port.
  case bindAddress(IPAddress)
  /// Stop the unit. systemd would restart the process if only the process were ended.
  case stopUnit(SystemdUnit)
  /// Stop the `.socket` unit for which systemd itself holds the socket; `nil` if the unit is not known. The user is the
  /// owner of the manager, `nil` for the system manager.
  case stopSocketUnit(SystemdUnit?, managerUID: UInt32?)
  /// Stop the container.
  case stopContainer(Container)
  /// Stop the container, or remove the port for which the forwarder holds it.
  case stopForwarding(PortForwarder)
  /// Stop the container or machine whose first process holds the port: everything in it ends with that process.
  case stopMachine
  /// End the processes that hold blocking sockets, or make them close these.
  case endProcesses([Int32])
  /// End processes that have only connections on the port and no listener any more.
  case endConnectedProcesses([Int32])
  /// The kernel destroys blocking sockets that no process holds. Needs CAP_NET_ADMIN.
  case destroy
  /// The kernel stops choosing the port for outgoing connections, from now on.
  case reservePort
  /// The program uses the socket with which it already has the port, by this descriptor, or closes it before it binds
  /// another.
  case reuseOwnSocket(descriptor: UInt32)
  /// The kernel keeps connections that only this side has closed for a shorter time, from now on. Existing ones keep
  /// their time.
  case shortenFinTimeout
  /// The kernel lets every user bind the port.
  case lowerPrivilegedPorts
  /// The same for a container with its own network, when it is started.
  case lowerPrivilegedPortsOfContainer
  /// Give the program the right to bind low ports.
  case grantCapability
  /// The program binds a port that needs no privilege.
  case useUnprivilegedPort
  /// The program listens on an IPv4 address, because there is no IPv6.
  case useIPv4(IPAddress)
  /// Wait: the kernel is still checking the address for duplicates.
  case awaitAddress
  /// Set the address again without the check for duplicates.
  case skipAddressCheck
  /// Bring up the link of the interface; the check for duplicates does not start before.
  case raiseLink(NetworkInterface)
  /// The other host on the link gives up the address, and this host adds it again.
  case resolveDuplicate
  /// Enable IPv6 on the interface, and add the address.
  case enableIPv6
  /// Bind the socket to the interface that has the address.
  case bindToInterface(NetworkInterface)
  /// Add the address to the host.
  case addAddress
  /// Let sockets be bound to addresses that the host does not have.
  case allowNonlocalBind
  /// Name the interface of the address.
  case nameInterface
  /// Give the kernel more ports to choose from.
  case widenPortRange
  /// The program binds only the address, with IP_BIND_ADDRESS_NO_PORT, and leaves the port to connect(), which may
  /// share one with connections to other destinations. This does not help a program that listens.
  case choosePortInConnect
}
