#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CBindDiagnosis.h"

int cbinddiagnosis_v6_only_by_default(void)
{
	int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int value = 0;
	socklen_t size = sizeof value;

	if (descriptor < 0)
		return -errno;

	int result = getsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &value, &size) < 0 ? -errno : value != 0;

	close(descriptor);
	return result;
}
