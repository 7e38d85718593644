#ifndef SOCKET_LABORATORY_KIND_H
#define SOCKET_LABORATORY_KIND_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "CSocketLaboratory.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/// socket(2) itself. Inline and free of library state, because a forked child calls it too.
static inline int socklab_raw_socket(enum socklab_kind kind, bool v6) {
  int type = (kind == SOCKLAB_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  int protocol = kind == SOCKLAB_UDP ? IPPROTO_UDP : kind == SOCKLAB_MPTCP ? IPPROTO_MPTCP : IPPROTO_TCP;
  return socket(v6 ? AF_INET6 : AF_INET, type, protocol);
}

#endif
