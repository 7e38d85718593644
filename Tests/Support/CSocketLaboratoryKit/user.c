#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "CSocketLaboratoryKit.h"

int socklab_act_as(uint32_t user) {
  setfsuid(user);
  // setfsuid returns the previous user in any case. No user has the number -1, so this call only reads it.
  return (uint32_t)setfsuid((uid_t)-1) == user ? 0 : -EPERM;
}

int socklab_allow_low_ports(bool allow) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
  // The system calls change the calling thread only. The C library has no functions for them.
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  uint32_t bit = 1u << CAP_NET_BIND_SERVICE;
  data[0].effective = allow ? data[0].effective | bit : data[0].effective & ~bit;
  return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int socklab_become_nobody(int capability) {
  if (capability >= 32 * _LINUX_CAPABILITY_U32S_3) return -EINVAL;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
  if (prctl(PR_SET_KEEPCAPS, capability >= 0 ? 1 : 0) < 0) return -errno;
  // The system calls change the calling thread only. The C library's functions would change every thread.
  if (syscall(SYS_setgroups, 0, NULL) < 0) return -errno;
  if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0) return -errno;
  if (syscall(SYS_setresuid, 65534, 65534, 65534) < 0) return -errno;
  if (capability >= 0) {
    data[capability / 32].effective = data[capability / 32].permitted = 1u << capability % 32;
    if (syscall(SYS_capset, &header, data) < 0) return -errno;
  }
  // The kernel now allows only root to read the memory that the threads share, so this allows the user again.
  return prctl(PR_SET_DUMPABLE, 1) < 0 ? -errno : 0;
}

bool socklab_is_dumpable(void) { return prctl(PR_GET_DUMPABLE) == 1; }

int socklab_set_dumpable(bool value) { return prctl(PR_SET_DUMPABLE, value ? 1 : 0) < 0 ? -errno : 0; }

int socklab_mount_own_proc(const char *options) {
  if (unshare(CLONE_NEWNS) < 0) return -errno;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -errno;
  return mount("proc", "/proc", "proc", 0, options) < 0 ? -errno : 0;
}
