/*
 * Netlink sockets over libmnl: open, send, receive. Messages are bytes here; Swift encodes and decodes them.
 *
 * This shim exists because libmnl's socket functions are C, and because its receive function throws away the sender's
 * port id, which a reader must check: any process with CAP_NET_ADMIN can send to a netlink port.
 *
 * It calls nothing back and keeps no state of its own. Every function that can fail returns a negative errno and leaves
 * the C variable errno without meaning.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CSockDiagEvents.h"
#include "CSockDiagNamespace.h"
#include "CSockDiagWakeup.h"

struct mnl_socket;

/*
 * Opens a netlink socket in the network namespace of the calling thread, and gives it a port id.
 *
 * bus: NETLINK_SOCK_DIAG, NETLINK_ROUTE (linux/netlink.h).
 * result: receives the socket, which the caller closes with csockdiag_close().
 */
int csockdiag_open(int bus, struct mnl_socket **result);

/* Closes a socket. */
void csockdiag_close(struct mnl_socket *socket);

/* Returns the port id of a socket, to which the kernel addresses its replies. */
uint32_t csockdiag_port_id(const struct mnl_socket *socket);

/*
 * Sends messages to the kernel, which answers before this function returns.
 *
 * socket: a socket from csockdiag_open().
 * messages: the bytes of one or more netlink messages.
 * length: their number.
 *
 * Returns 0, or -EINVAL for a SOCK_DESTROY whose cookie matches any socket. The kernel would destroy whichever socket it
 * finds first at the addresses, and there is no way back; so this one check stands where bytes leave the process,
 * whatever has encoded them.
 */
int csockdiag_send(const struct mnl_socket *socket, const void *messages, size_t length);

/*
 * Receives one datagram without waiting: the kernel answers a request while it is being sent, so a reply that is not
 * there when send returns never comes (-EAGAIN).
 *
 * socket: a socket from csockdiag_open().
 * buffer, capacity: where the datagram goes.
 * sender_port_id: receives the port id of the sender; 0 is the kernel.
 *
 * Returns the datagram's full length. If that exceeds the capacity, only the first capacity bytes were stored.
 */
ssize_t csockdiag_receive(const struct mnl_socket *socket, void *buffer, size_t capacity, uint32_t *sender_port_id);

/* The same from the descriptor of any netlink socket. */
ssize_t csockdiag_receive_from(int descriptor, void *buffer, size_t capacity, uint32_t *sender_port_id);
