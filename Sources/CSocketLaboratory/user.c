#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

int socklab_act_as(uint32_t user) {
  setfsuid(user);
  // The call answers the user that was, whether or not it succeeds; no user has the number -1, so this one only asks.
  return (uint32_t)setfsuid((uid_t)-1) == user ? 0 : -EPERM;
}

int socklab_allow_low_ports(bool allow) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
  // The system calls themselves: they change the calling thread only, and the C library has no name for them.
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  uint32_t bit = 1u << CAP_NET_BIND_SERVICE;
  data[0].effective = allow ? data[0].effective | bit : data[0].effective & ~bit;
  return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}
