#define _GNU_SOURCE
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "CSocketLaboratory.h"
#include "endpoint.h"
#include "kind.h"

static int answer(int result) { return result < 0 ? -errno : result; }

int socklab_socket(enum socklab_kind kind, bool v6) { return answer(socklab_raw_socket(kind, v6)); }

int socklab_bind(int descriptor, struct socklab_endpoint address) {
  struct sockaddr_storage storage;
  socklen_t length = socklab_to_sockaddr(address, &storage);
  return answer(bind(descriptor, (struct sockaddr *)&storage, length));
}

int socklab_connect(int descriptor, struct socklab_endpoint address) {
  struct sockaddr_storage storage;
  socklen_t length = socklab_to_sockaddr(address, &storage);
  int result = answer(connect(descriptor, (struct sockaddr *)&storage, length));
  return result == -EINPROGRESS ? 0 : result;
}

int socklab_disconnect(int descriptor) {
  struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
  return answer(connect(descriptor, &unspecified, sizeof unspecified));
}

int socklab_listen(int descriptor, int backlog) { return answer(listen(descriptor, backlog)); }

int socklab_accept(int descriptor) { return answer(accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)); }

int socklab_shutdown(int descriptor, bool receiving, bool sending) {
  return answer(shutdown(descriptor, receiving && sending ? SHUT_RDWR : receiving ? SHUT_RD : SHUT_WR));
}

struct socklab_endpoint socklab_local(int descriptor) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0)
    return (struct socklab_endpoint){.error = -errno};
  return socklab_from_sockaddr(&storage);
}

struct socklab_endpoint socklab_remote(int descriptor) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getpeername(descriptor, (struct sockaddr *)&storage, &length) < 0)
    return (struct socklab_endpoint){.error = -errno};
  return socklab_from_sockaddr(&storage);
}

struct socklab_tcp socklab_tcp(int descriptor) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return (struct socklab_tcp){.error = -errno};
  return (struct socklab_tcp){
      .state = info.tcpi_state, .unacknowledged = info.tcpi_unacked, .send_window = info.tcpi_snd_wnd};
}

int socklab_take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return error;
}

uint64_t socklab_cookie(int descriptor) {
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  return getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0 ? 0 : cookie;
}

int socklab_send_filler(int descriptor, int count) {
  static const char filler[65536];
  size_t length = count > (int)sizeof filler ? sizeof filler : (size_t)count;
  return answer((int)send(descriptor, filler, length, MSG_NOSIGNAL));
}

int socklab_discard(int descriptor, int count) {
  char buffer[65536];
  size_t length = count > (int)sizeof buffer ? sizeof buffer : (size_t)count;
  return answer((int)recv(descriptor, buffer, length, 0));
}
