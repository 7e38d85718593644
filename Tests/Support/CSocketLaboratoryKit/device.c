#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "CSocketLaboratoryKit.h"

// The layout of <linux/ipv6.h>, which cannot be included together with <netinet/in.h>.
struct interface_address_v6 {
  struct in6_addr address;
  uint32_t prefix;
  int index;
};

static int configure(int family, unsigned long request, void *argument) {
  int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  int result = ioctl(descriptor, request, argument) < 0 ? -errno : 0;
  close(descriptor);
  return result;
}

static struct ifreq named(const char *name) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  return request;
}

int socklab_tun_open(const char *name) {
  int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  struct ifreq request = named(name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  int result = ioctl(descriptor, TUNSETIFF, &request) < 0 ? -errno : 0;
  // The kernel never repeats an acknowledgement, and by default drops all but 500 packets.
  request.ifr_qlen = 10000;
  if (result == 0) result = configure(AF_INET, SIOCSIFTXQLEN, &request);
  if (result == 0) return descriptor;
  close(descriptor);
  return result;
}

int socklab_link_address(const char *name, struct socklab_endpoint address, int prefix) {
  if (address.is_v6) {
    struct interface_address_v6 request = {.prefix = (uint32_t)prefix, .index = (int)if_nametoindex(name)};
    uint64_t halves[2] = {htobe64(address.high), htobe64(address.low)};
    memcpy(&request.address, halves, sizeof halves);
    return configure(AF_INET6, SIOCSIFADDR, &request);
  }
  struct ifreq request = named(name);
  struct sockaddr_in *own = (struct sockaddr_in *)&request.ifr_addr;
  own->sin_family = AF_INET;
  own->sin_addr.s_addr = htonl((uint32_t)address.low);
  int result = configure(AF_INET, SIOCSIFADDR, &request);
  if (result < 0) return result;
  struct sockaddr_in *mask = (struct sockaddr_in *)&request.ifr_netmask;
  mask->sin_addr.s_addr = htonl(prefix == 0 ? 0 : UINT32_MAX << (32 - prefix));
  return configure(AF_INET, SIOCSIFNETMASK, &request);
}
