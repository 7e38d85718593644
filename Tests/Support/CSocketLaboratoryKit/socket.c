#define _GNU_SOURCE
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "CSocketLaboratoryKit.h"

static int answer(int result) { return result < 0 ? -errno : result; }

int socklab_disconnect(int descriptor) {
  struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
  return answer(connect(descriptor, &unspecified, sizeof unspecified));
}

int socklab_shutdown(int descriptor, bool receiving, bool sending) {
  return answer(shutdown(descriptor, receiving && sending ? SHUT_RDWR : receiving ? SHUT_RD : SHUT_WR));
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
