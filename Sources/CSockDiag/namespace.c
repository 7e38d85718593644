#define _GNU_SOURCE
#include "CSockDiagNamespace.h"

#include <errno.h>
#include <sched.h>

int csockdiag_enter_network_namespace(int descriptor)
{
	return setns(descriptor, CLONE_NEWNET) < 0 ? -errno : 0;
}
