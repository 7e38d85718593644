#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempt.h"
#include "option.h"

/* Newer than the oldest supported headers: linux/in.h. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* The kernel's number for an unknown user (DEFAULT_OVERFLOWUID, linux/highuid.h). */
#define NOBODY 65534

static struct cbinddiagnosis_outcome outcome(enum cbinddiagnosis_step step, int error)
{
	return (struct cbinddiagnosis_outcome){.step = step, .error = error};
}

/* The kernel accepts any index here, and for IPv4 never checks whether the interface exists. */
static int bind_to_interface(int descriptor, int index)
{
	struct ifreq name = {.ifr_ifindex = index};

	if (ioctl(descriptor, SIOCGIFNAME, &name) < 0)
		return errno;
	if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof index) == 0)
		return 0;
	/* Before 5.0. */
	if (errno != ENOPROTOOPT)
		return errno;
	return setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name.ifr_name, IFNAMSIZ) < 0 ? errno : 0;
}

/* A program that always chooses the first socket. Its choice does not affect bind(). */
static int attach_program(int descriptor)
{
	struct sock_filter first[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
	struct sock_fprog program = {.len = 1, .filter = first};

	return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0 ? errno : 0;
}

static struct cbinddiagnosis_outcome refused(uint8_t option, int error)
{
	return (struct cbinddiagnosis_outcome){.step = CBINDDIAGNOSIS_OPTION, .error = error, .option = option};
}

static struct cbinddiagnosis_outcome prepare(int descriptor, const struct cbinddiagnosis_request *request)
{
	for (int index = 0; index < OPTION_COUNT; index++) {
		const struct option_name *option = &option_names[index];
		int wanted = (request->options & option->bit) != 0;
		/* Set even to 0, because net.ipv6.bindv6only may change the default. */
		bool is_set_always = option->bit == CBINDDIAGNOSIS_V6_ONLY && request->local.is_v6;

		if (!wanted && !is_set_always)
			continue;
		/* Meaningless for an IPv4 socket, and programs do not set it there. */
		if (option->bit == CBINDDIAGNOSIS_V6_ONLY && !request->local.is_v6)
			continue;

		int error = option_set(descriptor, option, request->local.is_v6, wanted);

		if (error != 0)
			return refused(option->bit, error);
	}
	if (request->options & CBINDDIAGNOSIS_REUSE_PORT_PROGRAM) {
		int error = attach_program(descriptor);

		if (error != 0)
			return refused(CBINDDIAGNOSIS_REUSE_PORT_PROGRAM, error);
	}
	/* Only for a port that the kernel chooses. If the kernel does not support it, no program has set it. */
	if (request->local.port == 0 && request->port_bounds != 0)
		setsockopt(descriptor, SOL_IP, IP_LOCAL_PORT_RANGE, &request->port_bounds, sizeof request->port_bounds);
	if (request->interface_index != 0) {
		int error = bind_to_interface(descriptor, (int)request->interface_index);

		if (error != 0)
			return outcome(CBINDDIAGNOSIS_INTERFACE, error);
	}
	return outcome(CBINDDIAGNOSIS_OPTION, 0);
}

struct attempt_name attempt_name(const struct cbinddiagnosis_address *local)
{
	struct attempt_name result = {0};

	if (!local->is_v6) {
		struct sockaddr_in *v4 = &result.name.v4;

		v4->sin_family = AF_INET;
		v4->sin_port = htons(local->port);
		v4->sin_addr.s_addr = htonl((uint32_t)local->low);
		result.size = sizeof *v4;
		return result;
	}

	struct sockaddr_in6 *v6 = &result.name.v6;

	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(local->port);
	v6->sin6_scope_id = local->scope;
	for (int index = 0; index < 8; index++) {
		v6->sin6_addr.s6_addr[index] = (uint8_t)(local->high >> (56 - 8 * index));
		v6->sin6_addr.s6_addr[index + 8] = (uint8_t)(local->low >> (56 - 8 * index));
	}
	result.size = sizeof *v6;
	return result;
}

int attempt_bind(int descriptor, const struct cbinddiagnosis_address *local)
{
	struct attempt_name address = attempt_name(local);

	return bind(descriptor, &address.name.any, address.size) < 0 ? errno : 0;
}

int attempt_socket(const struct cbinddiagnosis_request *request)
{
	int type = (request->is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int protocol = request->is_multipath ? IPPROTO_MPTCP : 0;
	int descriptor = socket(request->local.is_v6 ? AF_INET6 : AF_INET, type, protocol);

	return descriptor < 0 ? -errno : descriptor;
}

/*
 * By system call: the C library has no function, and the library that has one would be another dependency.
 */
int attempt_set_capability(bool wanted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	uint32_t bit = 1u << CAP_NET_BIND_SERVICE;

	/*
	 * The user who made a user namespace has every capability in it, and loses them only by changing the user
	 * (cap_capable, security/commoncap.c). A container's network may belong to a namespace that this process's user
	 * made. Only the effective user changes, so user nobody gets no power over the thread. If this is refused, the
	 * process also had no privilege to enter such a network from outside.
	 */
	if (!wanted)
		syscall(SYS_setresuid, -1, NOBODY, -1);
	if (syscall(SYS_capget, &header, data) < 0)
		return errno;
	if (((data[0].effective & bit) != 0) == wanted)
		return 0;
	if (wanted)
		data[0].effective |= bit;
	else
		data[0].effective &= ~bit;
	return syscall(SYS_capset, &header, data) < 0 ? errno : 0;
}

static struct cbinddiagnosis_outcome attempt(const struct cbinddiagnosis_request *request, bool as_asked)
{
	int descriptor = attempt_socket(request);

	if (descriptor < 0)
		return outcome(CBINDDIAGNOSIS_SOCKET, -descriptor);

	struct cbinddiagnosis_outcome result = prepare(descriptor, request);

	if (result.error == 0) {
		int lacking = as_asked ? attempt_set_capability(request->may_bind_privileged_ports) : 0;

		result = outcome(CBINDDIAGNOSIS_BIND, attempt_bind(descriptor, &request->local));
		/*
		 * The capability affects only EACCES, and the kernel checks it before it looks for a conflict. So any
		 * other answer is valid with or without the capability. EACCES is not, if the capability could not be
		 * added or removed.
		 */
		if (lacking != 0 && (result.error == EACCES || !request->may_bind_privileged_ports))
			result = outcome(CBINDDIAGNOSIS_CAPABILITY, lacking);
	}
	close(descriptor);
	return result;
}

struct cbinddiagnosis_outcome cbinddiagnosis_bind(struct cbinddiagnosis_request request)
{
	return attempt(&request, false);
}

struct work {
	struct cbinddiagnosis_request request;
	struct cbinddiagnosis_outcome outcome;
};

/*
 * A socket belongs to the file system user of the thread that makes it (sock_alloc, net/socket.c). Only that user is
 * changed: the thread keeps its capabilities, which some options need, and the other user gets no power over the
 * thread.
 */
static void *run(void *argument)
{
	struct work *work = argument;
	uid_t uid = work->request.uid;

	/* setfsuid reports no errors; for an invalid user it changes nothing and returns the current one. */
	if ((uid_t)setfsuid((uid_t)-1) != uid) {
		setfsuid(uid);
		if ((uid_t)setfsuid((uid_t)-1) != uid) {
			work->outcome = outcome(CBINDDIAGNOSIS_USER, EPERM);
			return NULL;
		}
	}
	work->outcome = attempt(&work->request, true);
	return NULL;
}

struct cbinddiagnosis_outcome cbinddiagnosis_bind_apart(struct cbinddiagnosis_request request)
{
	struct work work = {.request = request, .outcome = outcome(CBINDDIAGNOSIS_THREAD, EIO)};
	int error = attempt_apart(run, &work);

	return error == 0 ? work.outcome : outcome(CBINDDIAGNOSIS_THREAD, error);
}

int attempt_apart(void *(*body)(void *), void *argument)
{
	pthread_t thread;
	sigset_t all, before;
	int dumpable = prctl(PR_GET_DUMPABLE);

	/* Signal handlers of the program should not run as another user. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, NULL, body, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		return error;
	pthread_join(thread, NULL);
	/*
	 * Any change of user makes the whole process undumpable, and its proc files belong to root (commit_creds,
	 * kernel/cred.c). The thread has ended with everything that it knew, so this can be undone.
	 */
	if (dumpable == 1 && prctl(PR_GET_DUMPABLE) != 1)
		prctl(PR_SET_DUMPABLE, 1);
	return 0;
}
