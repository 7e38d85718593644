#include "CSockDiag.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/sock_diag.h>

/* asm-generic/socket.h, since 4.12; C libraries define the name later. */
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

static int set_buffer(int descriptor, size_t size, size_t *effective_size)
{
	/* The kernel doubles the given size, to account for the overhead of messages. */
	int half = size / 2 > INT_MAX / 2 ? INT_MAX / 2 : (int)(size / 2);
	int effective = 0;
	socklen_t length = sizeof(effective);

	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &half, sizeof(half)) < 0 &&
	    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &half, sizeof(half)) < 0)
		return -errno;
	if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &effective, &length) < 0)
		return -errno;
	*effective_size = (size_t)effective;
	return 0;
}

static int join(int descriptor, uint32_t groups)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	if (bind(descriptor, (struct sockaddr *)&any, sizeof(any)) < 0)
		return -errno;
	for (int group = 1; group <= 32; group++) {
		if ((groups >> (group - 1) & 1) == 0)
			continue;
		if (setsockopt(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
			return -errno;
	}
	return 0;
}

int csockdiag_events_open(uint32_t groups, size_t buffer_size, size_t *effective_size)
{
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	int result;

	if (descriptor < 0)
		return -errno;
	/* The buffer is set first, so that it is in place when the first message arrives. */
	result = set_buffer(descriptor, buffer_size, effective_size);
	if (result == 0)
		result = join(descriptor, groups);
	if (result < 0) {
		close(descriptor);
		return result;
	}
	return descriptor;
}

int csockdiag_events_watch(int descriptor)
{
	/* Errors are always watched. */
	struct epoll_event event = { .events = EPOLLIN };
	int watch = epoll_create1(EPOLL_CLOEXEC);

	if (watch < 0)
		return -errno;
	if (epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) < 0) {
		int error = errno;

		close(watch);
		return -error;
	}
	return watch;
}

int64_t csockdiag_events_drops(int descriptor)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(memory);

	if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0)
		return -errno;
	if (length < (SK_MEMINFO_DROPS + 1) * sizeof(memory[0]))
		return -ENOPROTOOPT;
	return memory[SK_MEMINFO_DROPS];
}
