#include "CSockDiag.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

/* Added to linux/inet_diag.h in 5.9; older headers lack the name, every kernel that knows it uses this number. */
#define REQUEST_ATTRIBUTE_PROTOCOL 3
/* SOCK_DESTROY of linux/sock_diag.h, since 4.5. */
#define SOCK_DESTROY_REQUEST 21

/*
 * Gets a port id by connect(), where a filter of this process refuses bind(): the kernel chooses one for either call
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

static int open_bus(int bus, struct mnl_socket **result)
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
	/* Asks for the kernel's own words about a refused request. Kernels before 4.12 cannot: not a reason to fail. */
	(void)mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof(on));
	*result = socket;
	return 0;
}

int csockdiag_open(struct mnl_socket **result)
{
	return open_bus(NETLINK_SOCK_DIAG, result);
}

int csockdiag_route_open(struct mnl_socket **result)
{
	return open_bus(NETLINK_ROUTE, result);
}

void csockdiag_close(struct mnl_socket *socket)
{
	mnl_socket_close(socket);
}

uint32_t csockdiag_port_id(const struct mnl_socket *socket)
{
	return mnl_socket_get_portid(socket);
}

static struct inet_diag_sockid socket_id(const struct csockdiag_inet_request *request)
{
	struct inet_diag_sockid id = {
		.idiag_sport = htobe16(request->local_port),
		.idiag_dport = htobe16(request->remote_port),
		.idiag_if = request->interface_index,
		.idiag_cookie = { (uint32_t)request->cookie, (uint32_t)(request->cookie >> 32) },
	};

	memcpy(id.idiag_src, request->local_address, sizeof(id.idiag_src));
	memcpy(id.idiag_dst, request->remote_address, sizeof(id.idiag_dst));
	return id;
}

static struct nlmsghdr *put_header(void *buffer, uint16_t type, uint16_t flags, uint32_t sequence)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = sequence;
	return message;
}

static void put_v2(struct nlmsghdr *message, const struct csockdiag_inet_request *request)
{
	struct inet_diag_req_v2 *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));

	body->sdiag_family = request->family;
	/* Cut to eight bits MPTCP would read as TCP to a kernel that does not know the attribute. */
	body->sdiag_protocol = request->protocol > UINT8_MAX ? 0 : (uint8_t)request->protocol;
	body->idiag_ext = request->extensions;
	body->idiag_states = request->states;
	body->id = socket_id(request);
}

static void put_legacy(struct nlmsghdr *message, const struct csockdiag_inet_request *request)
{
	struct inet_diag_req *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));

	body->idiag_family = request->family;
	body->idiag_ext = request->extensions;
	body->idiag_states = request->states;
	body->id = socket_id(request);
}

/* The fixed parts of the larger form, with its protocol attribute. */
#define FIXED_LENGTH (MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct inet_diag_req)) + MNL_ATTR_HDRLEN + sizeof(uint32_t))

ssize_t csockdiag_put_inet_dump(void *buffer, size_t capacity, uint32_t sequence,
				const struct csockdiag_inet_request *request, const void *bytecode,
				size_t bytecode_length)
{
	int is_legacy = request->family == AF_UNSPEC;
	struct nlmsghdr *message;

	if (bytecode_length > UINT16_MAX - MNL_ATTR_HDRLEN || capacity < FIXED_LENGTH)
		return -EMSGSIZE;

	message = put_header(buffer, is_legacy ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sequence);
	if (is_legacy)
		put_legacy(message, request);
	else
		put_v2(message, request);

	/* The legacy message means TCP by its type; the v2 message has eight bits for the protocol. */
	if (is_legacy ? request->protocol != IPPROTO_TCP : request->protocol > UINT8_MAX)
		mnl_attr_put_u32(message, REQUEST_ATTRIBUTE_PROTOCOL, request->protocol);
	if (bytecode_length > 0 &&
	    !mnl_attr_put_check(message, capacity, INET_DIAG_REQ_BYTECODE, bytecode_length, bytecode))
		return -EMSGSIZE;
	return message->nlmsg_len;
}

ssize_t csockdiag_put_route_dump(void *buffer, size_t capacity, uint32_t sequence, uint16_t type, uint8_t family)
{
	struct nlmsghdr *message;
	struct rtgenmsg *body;

	if (capacity < MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(*body)))
		return -EMSGSIZE;
	message = put_header(buffer, type, NLM_F_DUMP, sequence);
	body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	body->rtgen_family = family;
	return message->nlmsg_len;
}

static ssize_t put_exact(void *buffer, size_t capacity, uint16_t type, uint16_t flags, uint32_t sequence,
			 const struct csockdiag_inet_request *request)
{
	struct nlmsghdr *message;

	if (capacity < FIXED_LENGTH)
		return -EMSGSIZE;
	message = put_header(buffer, type, flags, sequence);
	put_v2(message, request);
	if (request->protocol > UINT8_MAX)
		mnl_attr_put_u32(message, REQUEST_ATTRIBUTE_PROTOCOL, request->protocol);
	return message->nlmsg_len;
}

ssize_t csockdiag_put_inet_get(void *buffer, size_t capacity, uint32_t sequence,
			       const struct csockdiag_inet_request *request)
{
	return put_exact(buffer, capacity, SOCK_DIAG_BY_FAMILY, 0, sequence, request);
}

ssize_t csockdiag_put_inet_destroy(void *buffer, size_t capacity, uint32_t sequence,
				   const struct csockdiag_inet_request *request)
{
	/* Here, too, whatever the caller has checked: without a cookie the kernel destroys whom it finds first. */
	if (request->cookie == UINT64_MAX)
		return -EINVAL;
	return put_exact(buffer, capacity, SOCK_DESTROY_REQUEST, NLM_F_ACK, sequence, request);
}

int csockdiag_send(const struct mnl_socket *socket, const void *request, size_t length)
{
	return mnl_socket_sendto(socket, request, length) < 0 ? -errno : 0;
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
	/* MSG_TRUNC makes the kernel report the full length, so that the caller knows what size would have done. */
	ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0)
		return -errno;
	*sender_port_id = sender.nl_pid;
	return length;
}
