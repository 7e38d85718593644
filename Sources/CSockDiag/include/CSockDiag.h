/*
 * One NETLINK_SOCK_DIAG conversation over libmnl.
 *
 * This shim exists because libmnl's request builders and socket functions are C, and because its receive function
 * throws away the sender's port id, which a reader must check: any process with CAP_NET_ADMIN can send to a netlink port.
 * It decodes nothing, calls nothing back and keeps no state of its own. Every function that can fail returns a
 * negative errno and leaves the C variable errno without meaning.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CSockDiagEvents.h"
#include "CSockDiagNamespace.h"

struct mnl_socket;

/* What an inet_diag request asks for (struct inet_diag_req_v2, struct inet_diag_sockid; linux/inet_diag.h). */
struct csockdiag_inet_request {
	/* AF_INET, AF_INET6, or AF_UNSPEC for both in one walk: then the legacy message TCPDIAG_GETSOCK is sent. */
	uint8_t family;
	/* IPPROTO_*; above 255 only as an attribute (INET_DIAG_REQ_PROTOCOL). */
	uint16_t protocol;
	/* Bit n-1 asks for attribute n. */
	uint8_t extensions;
	/* Bit n asks for sockets in state n. */
	uint32_t states;
	/* Host byte order; 0 matches any port. */
	uint16_t local_port;
	uint16_t remote_port;
	/* Network byte order, an IPv4 address in the first word. Read by exact requests only. */
	uint32_t local_address[4];
	uint32_t remote_address[4];
	uint32_t interface_index;
	/* ~0 matches any socket. */
	uint64_t cookie;
};

/* Opens and binds a sock_diag socket in the network namespace of the calling thread. */
int csockdiag_open(struct mnl_socket **result);
/* The same in the network namespace that a descriptor refers to. The calling thread stays where it is. */
int csockdiag_open_in(int network_namespace, struct mnl_socket **result);
void csockdiag_close(struct mnl_socket *socket);
uint32_t csockdiag_port_id(const struct mnl_socket *socket);

/*
 * Write a request into the caller's buffer. Return its length, or -EMSGSIZE if the buffer cannot hold it.
 * The bytecode is a program of inet_diag_bc_op, of length 0 for none.
 */
ssize_t csockdiag_put_inet_dump(void *buffer, size_t capacity, uint32_t sequence,
				const struct csockdiag_inet_request *request, const void *bytecode,
				size_t bytecode_length);
ssize_t csockdiag_put_inet_get(void *buffer, size_t capacity, uint32_t sequence,
			       const struct csockdiag_inet_request *request);
/*
 * The addresses stand in their natural order with UDP as well, where a get wants them swapped. A request whose cookie
 * matches any socket is refused with -EINVAL.
 */
ssize_t csockdiag_put_inet_destroy(void *buffer, size_t capacity, uint32_t sequence,
				   const struct csockdiag_inet_request *request);

/*
 * rtnetlink: the same bus of the same kernel, for the interfaces and addresses of a namespace. It answers while it is
 * asked, as sock_diag does. The request is an RTM_GET* of a dump with the short header (struct rtgenmsg, linux/rtnetlink.h).
 */
int csockdiag_route_open(struct mnl_socket **result);
ssize_t csockdiag_put_route_dump(void *buffer, size_t capacity, uint32_t sequence, uint16_t type, uint8_t family);

int csockdiag_send(const struct mnl_socket *socket, const void *request, size_t length);

/*
 * Receives one datagram without waiting: the kernel answers sock_diag requests while they are being sent, so a
 * reply that is not there when send returns never comes (-EAGAIN).
 *
 * Returns the datagram's full length. If that exceeds the capacity, only the first capacity bytes were stored.
 */
ssize_t csockdiag_receive(const struct mnl_socket *socket, void *buffer, size_t capacity, uint32_t *sender_port_id);

/* The same from the descriptor of any netlink socket. */
ssize_t csockdiag_receive_from(int descriptor, void *buffer, size_t capacity, uint32_t *sender_port_id);
