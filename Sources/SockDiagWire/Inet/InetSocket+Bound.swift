extension InetSocket {
  /// A TCP socket that is bound, does not listen and is not connected, as kernels since 6.8 would report it. It is made
  /// from properties that were read from the socket itself.
  package init(
    boundTo local: SocketAddress, family: AddressFamily, inode: UInt32, uid: UInt32, cookie: SocketCookie,
    interfaceIndex: UInt32, isV6Only: Bool?
  ) {
    self.init()
    self.protocol = .tcp
    self.family = family
    self.state = .boundInactive
    self.local = local
    self.remote = SocketAddress(family == .inet6 ? .anyV6 : .anyV4, port: 0)
    self.inode = inode
    self.rawUID = uid
    self.cookie = cookie
    self.interfaceIndex = interfaceIndex
    if family == .inet6 { self.isV6Only = isV6Only }
  }
}
