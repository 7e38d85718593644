#define _GNU_SOURCE
#include "CBindTrace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/pidfd.h, 6.9; its value is documented to be O_EXCL. */
#define THREAD_FLAG O_EXCL

int cbindtrace_shares_descriptors(pid_t process, pid_t thread)
{
	long order;

	if (process == thread)
		return 1;
	order = syscall(SYS_kcmp, process, thread, KCMP_FILES, 0, 0);
	return order < 0 ? -errno : order == 0;
}

static int open_table(pid_t process, pid_t thread)
{
	long handle;

	if (process != thread) {
		handle = syscall(SYS_pidfd_open, thread, THREAD_FLAG);
		if (handle >= 0)
			return (int)handle;
		/* Before 6.9: through the process, if that has the same table. Another table would lead to another socket. */
		if (errno != EINVAL || cbindtrace_shares_descriptors(process, thread) != 1)
			return -errno;
	}
	handle = syscall(SYS_pidfd_open, process, 0);
	return handle < 0 ? -errno : (int)handle;
}

static int option(int descriptor, int name, int32_t *value)
{
	socklen_t length = sizeof *value;

	return getsockopt(descriptor, SOL_SOCKET, name, value, &length) < 0 ? -errno : 0;
}

int cbindtrace_examine(pid_t process, pid_t thread, int descriptor, struct cbindtrace_socket *result)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	int error, copy;
	int table = open_table(process, thread);

	if (table < 0)
		return table;
	copy = (int)syscall(SYS_pidfd_getfd, table, descriptor, 0);
	error = copy < 0 ? -errno : 0;
	close(table);
	if (error < 0)
		return error;
	memset(result, 0, sizeof *result);
	error = option(copy, SO_DOMAIN, &result->family);
	if (error == 0)
		error = option(copy, SO_TYPE, &result->type);
	if (error == 0)
		error = option(copy, SO_PROTOCOL, &result->protocol);
	if (error == 0 && getsockname(copy, (struct sockaddr *)&address, &length) == 0) {
		result->length = length < sizeof result->address ? length : sizeof result->address;
		memcpy(result->address, &address, result->length);
	}
	close(copy);
	return error;
}
