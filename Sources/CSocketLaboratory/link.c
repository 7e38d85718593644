#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

int socklab_link_up(const char *name) {
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  int result = ioctl(descriptor, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  if (result == 0) result = ioctl(descriptor, SIOCSIFFLAGS, &request);
  if (result < 0) result = -errno;
  close(descriptor);
  return result;
}

int socklab_interface_index(const char *name) {
  unsigned int index = if_nametoindex(name);
  return index == 0 ? -errno : (int)index;
}
