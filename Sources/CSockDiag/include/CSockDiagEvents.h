/*
 * Receives the kernel's announcements of sockets that end, from its multicast groups.
 *
 * This uses a descriptor instead of libmnl's object, because nothing is sent: the owner of a subscription polls a
 * socket and receives. No privilege is needed. On failure every function returns a negative errno.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Opens a sock_diag socket in the network namespace of the calling thread, sets its receive buffer and joins the
 * groups, bit n-1 for group n. Returns the descriptor, which does not block.
 *
 * The buffer size counts kernel memory, overhead included, and the granted size is stored: without CAP_NET_ADMIN the
 * kernel grants at most twice net.core.rmem_max.
 *
 * The groups can be joined even if the kernel has no handler that announces anything; only a dump shows whether it has.
 */
int csockdiag_events_open(uint32_t groups, size_t buffer_size, size_t *effective_size);

/*
 * Returns a descriptor that is readable while the socket is readable or in error: an epoll instance that watches it.
 *
 * Dropped messages are an error of the socket. The error may come with nothing to read, and until it is received the
 * kernel drops all further messages. Event loops that wait for readability may miss it: libdispatch does, and meanwhile
 * spins at full speed.
 */
int csockdiag_events_watch(int descriptor);

/*
 * Returns the number of messages that the kernel could not queue on the socket since it was opened, a 32-bit number
 * that wraps around, or -ENOPROTOOPT if the kernel does not report it (before 4.12).
 */
int64_t csockdiag_events_drops(int descriptor);
