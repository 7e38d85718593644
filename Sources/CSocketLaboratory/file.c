#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

static int answer(int result) { return result < 0 ? -errno : result; }

int socklab_close(int descriptor) { return answer(close(descriptor)); }

int socklab_wait_readable(int descriptor, int timeout_milliseconds) {
  struct pollfd item = {.fd = descriptor, .events = POLLIN};
  int result = answer(poll(&item, 1, timeout_milliseconds));
  return result == -EINTR ? 0 : result;
}

int socklab_open_read(const char *path) { return answer(open(path, O_RDONLY | O_CLOEXEC)); }

int socklab_write_file(const char *path, const char *text) {
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int result = answer((int)write(descriptor, text, strlen(text)));
  close(descriptor);
  return result < 0 ? result : 0;
}

int socklab_memory_file(const char *name) { return answer(memfd_create(name, MFD_CLOEXEC)); }

int socklab_rewind(int descriptor) { return answer((int)lseek(descriptor, 0, SEEK_SET)); }

int socklab_read(int descriptor, void *buffer, size_t count) { return answer((int)read(descriptor, buffer, count)); }

int socklab_write(int descriptor, const void *bytes, size_t count) {
  return answer((int)write(descriptor, bytes, count));
}
