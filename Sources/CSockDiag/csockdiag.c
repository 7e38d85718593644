#include "CSockDiag.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

/* linux/sock_diag.h, since 4.5. */
#ifndef SOCK_DESTROY
#define SOCK_DESTROY 21
#endif

/*
 * Gets a port id by connect(), in case a filter of this process refuses bind(): the kernel assigns one in both calls
 * (netlink_connect, net/netlink/af_netlink.c).
 */
static struct mnl_socket *open_by_connecting(int bus)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);
	struct mnl_socket *result = NULL;

	if (descriptor < 0)
		return NULL;
	if (connect(descriptor, (struct sockaddr *)&kernel, sizeof(kernel)) == 0)
		result = mnl_socket_fdopen(descriptor);
	if (result == NULL) {
		int error = errno;

		close(descriptor);
		errno = error;
	}
	return result;
}

int csockdiag_open(int bus, struct mnl_socket **result)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int on = 1;

	if (socket == NULL)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = errno;

		mnl_socket_close(socket);
		socket = open_by_connecting(bus);
		if (socket == NULL)
			return -error;
	}
	/* Asks for the kernel's message text in case of a refused request. Kernels before 4.12 do not support it,
	   which is not an error. */
	(void)mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof(on));
	*result = socket;
	return 0;
}

void csockdiag_close(struct mnl_socket *socket)
{
	mnl_socket_close(socket);
}

uint32_t csockdiag_port_id(const struct mnl_socket *socket)
{
	return mnl_socket_get_portid(socket);
}

/*
 * Returns whether a message asks the kernel to destroy a socket without a cookie that names it. Inet sockets are the only
 * ones that the kernel destroys, so the structure is theirs. On another bus the number means another message, which
 * this library does not send.
 */
static int destroys_any_socket(const struct nlmsghdr *message)
{
	const struct inet_diag_req_v2 *request = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != SOCK_DESTROY)
		return 0;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*request))
		return 1;
	return request->id.idiag_cookie[0] == INET_DIAG_NOCOOKIE && request->id.idiag_cookie[1] == INET_DIAG_NOCOOKIE;
}

int csockdiag_send(const struct mnl_socket *socket, const void *messages, size_t length)
{
	const struct nlmsghdr *message = messages;
	int rest = length > INT_MAX ? INT_MAX : (int)length;

	for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest))
		if (destroys_any_socket(message))
			return -EINVAL;
	return mnl_socket_sendto(socket, messages, length) < 0 ? -errno : 0;
}

ssize_t csockdiag_receive(const struct mnl_socket *socket, void *buffer, size_t capacity, uint32_t *sender_port_id)
{
	return csockdiag_receive_from(mnl_socket_get_fd(socket), buffer, capacity, sender_port_id);
}

ssize_t csockdiag_receive_from(int descriptor, void *buffer, size_t capacity, uint32_t *sender_port_id)
{
	struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
	struct iovec part = { .iov_base = buffer, .iov_len = capacity };
	struct msghdr message = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	/* MSG_TRUNC makes the kernel report the full length, so that the caller knows which size would have been
	   enough. */
	ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0)
		return -errno;
	*sender_port_id = sender.nl_pid;
	return length;
}
