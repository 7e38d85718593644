#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "CBindDiagnosis.h"
#include "option.h"

/* Newer than the oldest supported headers: linux/pidfd.h, asm-generic/socket.h. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

static void fail(struct cbinddiagnosis_held *held, enum cbinddiagnosis_step step, int error)
{
	held->step = step;
	held->error = error;
}

static int get(int descriptor, int name, int32_t *value)
{
	socklen_t size = sizeof *value;

	return getsockopt(descriptor, SOL_SOCKET, name, value, &size) < 0 ? errno : 0;
}

/* Whether the descriptor leads to the expected socket. */
static void identify(int descriptor, uint64_t inode, uint64_t cookie, struct cbinddiagnosis_held *held)
{
	struct stat status;
	socklen_t size = sizeof held->cookie;

	if (fstat(descriptor, &status) < 0)
		return fail(held, CBINDDIAGNOSIS_READ, errno);
	if (!S_ISSOCK(status.st_mode) || status.st_ino != inode)
		return fail(held, CBINDDIAGNOSIS_IDENTITY, 0);
	held->uid = status.st_uid;
	if (getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &held->cookie, &size) < 0)
		return fail(held, CBINDDIAGNOSIS_READ, errno);
	if (cookie != 0 && held->cookie != cookie)
		fail(held, CBINDDIAGNOSIS_IDENTITY, 0);
}

static void read_address(int descriptor, struct cbinddiagnosis_held *held)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage storage;
	} name = {0};
	socklen_t size = sizeof name;
	struct cbinddiagnosis_address *local = &held->local;

	if (getsockname(descriptor, &name.any, &size) < 0)
		return fail(held, CBINDDIAGNOSIS_READ, errno);
	local->is_v6 = name.any.sa_family == AF_INET6;
	if (!local->is_v6) {
		local->low = ntohl(name.v4.sin_addr.s_addr);
		local->port = ntohs(name.v4.sin_port);
		return;
	}
	for (int index = 0; index < 8; index++) {
		local->high = local->high << 8 | name.v6.sin6_addr.s6_addr[index];
		local->low = local->low << 8 | name.v6.sin6_addr.s6_addr[index + 8];
	}
	local->port = ntohs(name.v6.sin6_port);
	local->scope = name.v6.sin6_scope_id;
}

static void read_options(int descriptor, struct cbinddiagnosis_held *held)
{
	bool is_v6 = held->family == AF_INET6;

	for (int index = 0; index < OPTION_COUNT; index++) {
		const struct option_name *option = &option_names[index];
		int value = 0;

		if (option->bit == CBINDDIAGNOSIS_V6_ONLY && !is_v6)
			continue;
		/* Some kinds of sockets lack options that others have. */
		if (option_get(descriptor, option, is_v6, &value) != 0)
			held->unread |= option->bit;
		else if (value != 0)
			held->options |= option->bit;
	}
}

/*
 * With the cookie of the namespace, since 5.14. Before, with a descriptor of it, which needs CAP_NET_ADMIN there.
 */
static int is_in_own_network(int descriptor)
{
	int own = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookies[2] = {0};
	socklen_t size = sizeof *cookies;
	int result = -1;

	if (own < 0)
		return -1;
	if (getsockopt(descriptor, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[0], &size) == 0 &&
	    getsockopt(own, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[1], &size) == 0) {
		result = cookies[0] == cookies[1];
	} else {
		int namespaces[] = {ioctl(descriptor, SIOCGSKNS), ioctl(own, SIOCGSKNS)};
		struct stat files[2];

		if (namespaces[0] >= 0 && namespaces[1] >= 0 && fstat(namespaces[0], &files[0]) == 0 &&
		    fstat(namespaces[1], &files[1]) == 0)
			result = files[0].st_ino == files[1].st_ino && files[0].st_dev == files[1].st_dev;
		for (int index = 0; index < 2; index++)
			if (namespaces[index] >= 0)
				close(namespaces[index]);
	}
	close(own);
	return result;
}

static void read_socket(int descriptor, struct cbinddiagnosis_held *held)
{
	int32_t accepts = 0;
	int32_t interface = 0;
	socklen_t size;
	int error = get(descriptor, SO_DOMAIN, &held->family);

	if (error == 0 && held->family != AF_INET && held->family != AF_INET6)
		error = EAFNOSUPPORT;
	if (error == 0)
		error = get(descriptor, SO_TYPE, &held->type);
	if (error == 0)
		error = get(descriptor, SO_PROTOCOL, &held->protocol);
	if (error == 0)
		error = get(descriptor, SO_ACCEPTCONN, &accepts);
	/* Since 5.0; every kernel that can copy descriptors (since 5.6) has it. */
	if (error == 0)
		error = get(descriptor, SO_BINDTOIFINDEX, &interface);
	if (error != 0)
		return fail(held, CBINDDIAGNOSIS_READ, error);
	held->is_listening = accepts != 0;
	held->interface_index = (uint32_t)interface;
	/* Before 6.3 the option does not exist. */
	size = sizeof held->port_bounds;
	if (getsockopt(descriptor, SOL_IP, IP_LOCAL_PORT_RANGE, &held->port_bounds, &size) < 0)
		held->port_bounds = 0;
	held->is_in_own_network = (int8_t)is_in_own_network(descriptor);
	read_options(descriptor, held);
	read_address(descriptor, held);
}

/* The C library has these calls only in recent versions. */
static int copy_descriptor(int task, bool is_thread, int descriptor, struct cbinddiagnosis_held *held)
{
	int process = (int)syscall(SYS_pidfd_open, task, is_thread ? PIDFD_THREAD : 0);

	if (process < 0) {
		fail(held, CBINDDIAGNOSIS_PROCESS, errno);
		return -1;
	}

	int copy = (int)syscall(SYS_pidfd_getfd, process, descriptor, 0);

	if (copy < 0)
		fail(held, CBINDDIAGNOSIS_DESCRIPTOR, errno);
	close(process);
	return copy;
}

struct cbinddiagnosis_held cbinddiagnosis_read(int task, bool is_thread, int descriptor, uint64_t inode, uint64_t cookie)
{
	struct cbinddiagnosis_held held = {.step = CBINDDIAGNOSIS_READ};
	int copy = copy_descriptor(task, is_thread, descriptor, &held);

	if (copy < 0)
		return held;
	identify(copy, inode, cookie, &held);
	if (held.step == CBINDDIAGNOSIS_READ && held.error == 0)
		read_socket(copy, &held);
	close(copy);
	return held;
}

/* A socket has the name of its protocol as an attribute of its file (sockfs_xattr_get, net/socket.c, since 2.6.37). */
int cbinddiagnosis_is_tcp(const char *path)
{
	char name[32] = {0};

	if (getxattr(path, "system.sockprotoname", name, sizeof name - 1) < 0)
		return -errno;
	/* The names of IPv6 protocols are those of IPv4 with a suffix. */
	return strcmp(name, "TCP") == 0 || strcmp(name, "TCPv6") == 0 || strcmp(name, "MPTCP") == 0 ||
	       strcmp(name, "MPTCPv6") == 0;
}
