#include <errno.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include "CSockDiagWakeup.h"

void csockdiag_name_thread(const char *name)
{
	prctl(PR_SET_NAME, name);
}

int csockdiag_wakeup_open(void)
{
	int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return descriptor < 0 ? -errno : descriptor;
}
