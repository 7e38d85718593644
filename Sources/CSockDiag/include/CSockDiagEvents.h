/*
 * The end of a socket, as the kernel announces it to whoever listens on its multicast groups.
 *
 * A descriptor rather than libmnl's object, for nothing is ever sent: a subscription is a socket to receive from, which
 * its owner polls. Nothing here needs a privilege. Returns as everywhere in this library: a negative errno on failure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Opens a sock_diag socket in the network namespace of the calling thread, gives it a receive buffer and joins the
 * groups, bit n-1 for group n. Returns the descriptor, which does not block.
 *
 * The buffer is in the kernel's own measure, memory with all that belongs to a message, and what became of it is
 * stored: without CAP_NET_ADMIN the kernel gives no more than twice net.core.rmem_max.
 *
 * That the groups are joined does not mean that the kernel has anything that announces: ask it for a dump to know.
 */
int csockdiag_events_open(uint32_t groups, size_t buffer_size, size_t *effective_size);

/*
 * Returns a descriptor that is readable while the socket is readable or in error: an epoll instance that watches it.
 *
 * Dropped messages are an error of the socket, which may come alone, with nothing to read, and until it is received the
 * kernel drops whatever comes. Event loops that ask for readability may not hear of it: libdispatch does not, and turns
 * around at full speed meanwhile.
 */
int csockdiag_events_watch(int descriptor);

/*
 * Returns how many messages the kernel could not queue on the socket since it was opened, a number of 32 bits that
 * wraps around, or -ENOPROTOOPT where the kernel does not tell (before 4.12).
 */
int64_t csockdiag_events_drops(int descriptor);
