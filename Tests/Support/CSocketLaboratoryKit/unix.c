#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CSocketLaboratoryKit.h"

int socklab_own_tree(const char *path) {
  if (unshare(CLONE_NEWNS) < 0) return -errno;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -errno;
  return mount("none", path, "tmpfs", 0, "mode=0755") < 0 ? -errno : 0;
}

int socklab_new_file_system(const char *path) { return mount("none", path, "tmpfs", 0, "mode=0777") < 0 ? -errno : 0; }

int socklab_make_read_only(const char *path, bool whole) {
  if (whole) return mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
  if (mount(path, path, NULL, MS_BIND, NULL) < 0) return -errno;
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

typedef int call(int descriptor, const struct sockaddr *address, socklen_t length);

static int with_name(int descriptor, call *call, const uint8_t *name, size_t length) {
  // Longer than the kernel takes, to see its answer.
  struct {
    sa_family_t family;
    uint8_t name[256];
  } address = {.family = AF_UNIX};
  if (length > sizeof address.name) return -EINVAL;
  memcpy(address.name, name, length);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  return call(descriptor, (const struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

int socklab_unix_socket(int type) {
  int descriptor = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return descriptor < 0 ? -errno : descriptor;
}

int socklab_unix_bind(int descriptor, const uint8_t *name, size_t length) {
  return with_name(descriptor, bind, name, length);
}

int socklab_unix_connect(int descriptor, const uint8_t *name, size_t length) {
  return with_name(descriptor, connect, name, length);
}

int socklab_unix_listen(int descriptor, int backlog) { return listen(descriptor, backlog) < 0 ? -errno : 0; }

int socklab_unix_accept(int descriptor) {
  int accepted = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC);
  return accepted < 0 ? -errno : accepted;
}
