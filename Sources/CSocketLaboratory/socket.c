#define _GNU_SOURCE
#include <errno.h>
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

int socklab_listen(int descriptor, int backlog) { return answer(listen(descriptor, backlog)); }

int socklab_accept(int descriptor) { return answer(accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)); }

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

int socklab_discard(int descriptor, int count) {
  char buffer[65536];
  size_t length = count > (int)sizeof buffer ? sizeof buffer : (size_t)count;
  return answer((int)recv(descriptor, buffer, length, 0));
}
