#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "CSocketLaboratory.h"
#include "endpoint.h"

// Newer than some headers: linux/in.h, since 6.3.
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

static int answer(int result) { return result < 0 ? -errno : result; }

static int set_number(int descriptor, int level, int name, int value) {
  return answer(setsockopt(descriptor, level, name, &value, sizeof value));
}

int socklab_set(int descriptor, enum socklab_option option, int value) {
  switch (option) {
    case SOCKLAB_REUSE_ADDRESS: return set_number(descriptor, SOL_SOCKET, SO_REUSEADDR, value);
    case SOCKLAB_REUSE_PORT: return set_number(descriptor, SOL_SOCKET, SO_REUSEPORT, value);
    case SOCKLAB_V6_ONLY: return set_number(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, value);
    case SOCKLAB_MARK: return set_number(descriptor, SOL_SOCKET, SO_MARK, value);
    case SOCKLAB_TOS: return set_number(descriptor, IPPROTO_IP, IP_TOS, value);
    case SOCKLAB_TRAFFIC_CLASS: return set_number(descriptor, IPPROTO_IPV6, IPV6_TCLASS, value);
    case SOCKLAB_FREEBIND_V4: return set_number(descriptor, IPPROTO_IP, IP_FREEBIND, value);
    case SOCKLAB_FREEBIND_V6: return set_number(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, value);
    case SOCKLAB_TRANSPARENT_V4: return set_number(descriptor, IPPROTO_IP, IP_TRANSPARENT, value);
    case SOCKLAB_TRANSPARENT_V6: return set_number(descriptor, IPPROTO_IPV6, IPV6_TRANSPARENT, value);
    case SOCKLAB_KEEP_ALIVE: return set_number(descriptor, SOL_SOCKET, SO_KEEPALIVE, value);
    case SOCKLAB_KEEP_ALIVE_IDLE: return set_number(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, value);
    case SOCKLAB_PRIORITY: return set_number(descriptor, SOL_SOCKET, SO_PRIORITY, value);
    case SOCKLAB_RECEIVE_BUFFER: return set_number(descriptor, SOL_SOCKET, SO_RCVBUF, value);
    case SOCKLAB_SEND_BUFFER: return set_number(descriptor, SOL_SOCKET, SO_SNDBUF, value);
    case SOCKLAB_NO_DELAY: return set_number(descriptor, IPPROTO_TCP, TCP_NODELAY, value);
    case SOCKLAB_BIND_ADDRESS_NO_PORT: return set_number(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, value);
    case SOCKLAB_LOCAL_PORT_RANGE: return set_number(descriptor, IPPROTO_IP, IP_LOCAL_PORT_RANGE, value);
    case SOCKLAB_LINGER: {
      struct linger linger = {.l_onoff = 1, .l_linger = value};
      return answer(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    }
  }
  return -EINVAL;
}

int socklab_get(int descriptor, enum socklab_option option) {
  int level = SOL_SOCKET;
  int name = 0;
  switch (option) {
    case SOCKLAB_REUSE_ADDRESS: name = SO_REUSEADDR; break;
    case SOCKLAB_REUSE_PORT: name = SO_REUSEPORT; break;
    case SOCKLAB_V6_ONLY: level = IPPROTO_IPV6, name = IPV6_V6ONLY; break;
    default: return -EINVAL;
  }
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(descriptor, level, name, &value, &length) < 0 ? -errno : value;
}

int socklab_attach_program(int descriptor) {
  struct sock_filter first[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  struct sock_fprog program = {.len = 1, .filter = first};
  return answer(setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program));
}

int socklab_set_congestion(int descriptor, const char *name) {
  return answer(setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)));
}

int socklab_set_device(int descriptor, const char *name) {
  return answer(setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1));
}

int socklab_set_md5(int descriptor, struct socklab_endpoint peer, int prefix, const char *key) {
  struct sockaddr_storage storage;
  socklab_to_sockaddr(peer, &storage);
  struct tcp_md5sig request = {
      .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
      .tcpm_prefixlen = (__u8)prefix,
      .tcpm_keylen = (__u16)strnlen(key, TCP_MD5SIG_MAXKEYLEN),
  };
  memcpy(&request.tcpm_addr, &storage, sizeof storage);
  memcpy(request.tcpm_key, key, request.tcpm_keylen);
  return answer(setsockopt(descriptor, IPPROTO_TCP, TCP_MD5SIG_EXT, &request, sizeof request));
}
