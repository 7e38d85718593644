#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>

#include "CSocketLaboratoryKit.h"

int socklab_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}
