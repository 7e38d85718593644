#ifndef SOCKET_LABORATORY_KIND_H
#define SOCKET_LABORATORY_KIND_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "CSocketLaboratory.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/// Calls socket(2).
static inline int socklab_raw_socket(enum socklab_kind kind, bool v6) {
  static const int protocols[] = {
      [SOCKLAB_TCP] = IPPROTO_TCP,
      [SOCKLAB_UDP] = IPPROTO_UDP,
      [SOCKLAB_MPTCP] = IPPROTO_MPTCP,
      [SOCKLAB_UDPLITE] = IPPROTO_UDPLITE,
  };
  bool is_datagram = kind == SOCKLAB_UDP || kind == SOCKLAB_UDPLITE;
  int type = (is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  return socket(v6 ? AF_INET6 : AF_INET, type, protocols[kind]);
}

#endif
