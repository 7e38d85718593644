#ifndef CFLOOR_H
#define CFLOOR_H

#include <stdint.h>

/// The cost of the kernel alone: one netlink socket, one 32 KiB buffer, headers are stepped over and bodies are not
/// read. On failure every count and descriptor is a negative errno.

/// TCPDIAG_GETSOCK walks both families at once; SOCK_DIAG_BY_FAMILY (`linux/sock_diag.h`) walks one.
enum floor_walk {
    FLOOR_BOTH_FAMILIES = 0,
    FLOOR_IPV4 = 2,
    FLOOR_IPV6 = 10,
};

/// The place that compares the source port of a request.
enum floor_port_test {
    FLOOR_PORT_IN_REQUEST = 0,
    /// In the kernel, by a filter program of one operation.
    FLOOR_PORT_IN_PROGRAM,
    /// Here, on every reply: the cost for a tool that does not filter in the kernel.
    FLOOR_PORT_HERE,
};

struct floor_request {
    enum floor_walk walk;
    uint32_t states;       // bit n: TCP state n
    uint8_t extensions;    // bit n − 1: INET_DIAG attribute n
    uint16_t source_port;  // host order, 0 for any
    enum floor_port_test port_test;
};

/// The identity of one connection, addresses and ports in network order.
struct floor_tuple {
    uint8_t family;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t source[4];
    uint32_t destination[4];
};

int floor_open(void);
void floor_close(int descriptor);

/// Dumps TCP sockets. Returns the number of messages, or the number that matched if the port is compared here. The
/// buffer belongs to the thread, so no pointer crosses into the caller's language.
long floor_dump(int descriptor, struct floor_request request);

/// Sums of five members of `struct tcp_info`, linux/tcp.h, over a dump.
struct floor_sums {
    long count;  // sockets, or a negative errno
    uint64_t bytes_acknowledged;
    uint64_t bytes_received;
    uint64_t round_trip_microseconds;
    uint64_t retransmits;
    uint64_t congestion_window;
};

/// Dumps TCP sockets and reads five members of each, as a monitor does. The request must ask for `INET_DIAG_INFO`.
struct floor_sums floor_dump_sums(int descriptor, struct floor_request request);

/// Dumps UNIX sockets in all states. Returns the number of messages.
///
/// `show`: what the replies contain, `UDIAG_SHOW_*` in linux/unix_diag.h.
long floor_dump_unix(int descriptor, uint32_t show);

/// Asks for one connection by its 4-tuple. Returns 1, or −ENOENT.
long floor_get(int descriptor, struct floor_tuple tuple);

/// Fills `tuples` with up to `count` established connections spread evenly over a dump of `total`.
long floor_collect(int descriptor, struct floor_tuple *tuples, long count, long total);

enum floor_rows {
    FLOOR_ALL_ROWS,
    FLOOR_LISTENERS,
    /// Stops at the first row of another state. This relies on the kernel printing listeners first, which it does not
    /// promise.
    FLOOR_LISTENERS_UNTIL_OTHERS,
};

/// Reads /proc/net/tcp and tcp6 and counts rows, looking at most at the state: the minimum cost of any parser.
long floor_read_proc(enum floor_rows rows);

#endif
