#define _GNU_SOURCE
#include "holder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Both ends of the connections of this process, in the order in which they were opened.
static struct {
    int (*ends)[2];
    long count;
    long room;
    long next;  // the first to be closed at the next change
} connections;

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

static socklen_t loopback(union address *address, int family, int index) {
    memset(address, 0, sizeof *address);
    address->any.sa_family = (sa_family_t)family;
    if (family == AF_INET6) {
        address->ipv6.sin6_addr = in6addr_loopback;
        return sizeof address->ipv6;
    }
    address->ipv4.sin_addr.s_addr = htonl(0x7f010001u | (uint32_t)index << 8);
    return sizeof address->ipv4;
}

static int fail(struct report *report, const char *step, int family, int index) {
    report->error = errno;
    if (family == AF_INET6) {
        snprintf(report->step, sizeof report->step, "%s [::1]", step);
    } else {
        snprintf(report->step, sizeof report->step, "%s 127.1.%d.1", step, index);
    }
    return -1;
}

// Reset instead of close: then neither end enters TIME_WAIT, in whichever order they are closed.
static int leave_without_trace(int descriptor) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static int open_bound(struct report *report, int family, int type, int index) {
    union address address;
    socklen_t length = loopback(&address, family, index);
    int descriptor = socket(family, type | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail(report, "socket", family, index);
    if (bind(descriptor, &address.any, length) != 0) {
        fail(report, "bind", family, index);
        close(descriptor);
        return -1;
    }
    if (type == SOCK_STREAM && listen(descriptor, 128) != 0) {
        fail(report, "listen", family, index);
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static int remember(int client, int server) {
    if (connections.count == connections.room) {
        long room = connections.room * 2 + 1024;
        void *ends = realloc(connections.ends, (size_t)room * sizeof *connections.ends);
        if (ends == NULL) return -1;
        connections.ends = ends;
        connections.room = room;
    }
    connections.ends[connections.count][0] = client;
    connections.ends[connections.count][1] = server;
    connections.count += 1;
    return 0;
}

static int connect_pair(
    struct report *report, int listener, const union address *to, socklen_t length, int index, int ends[2]) {
    int family = to->any.sa_family;
    int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) return fail(report, "socket", family, index);
    if (leave_without_trace(client) != 0) return fail(report, "SO_LINGER", family, index);
    if (connect(client, &to->any, length) != 0) return fail(report, "connect", family, index);
    int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (server < 0) return fail(report, "accept", family, index);
    if (leave_without_trace(server) != 0) return fail(report, "SO_LINGER", family, index);
    ends[0] = client;
    ends[1] = server;
    return 0;
}

static int open_pairs(struct report *report, int family, long count, int index, long *opened) {
    if (count == 0) return 0;
    int listener = open_bound(report, family, SOCK_STREAM, index);
    if (listener < 0) return -1;
    union address address;
    socklen_t length = sizeof address;
    if (getsockname(listener, &address.any, &length) != 0) return fail(report, "getsockname", family, index);
    while (*opened < count) {
        int ends[2];
        if (connect_pair(report, listener, &address, length, index, ends) != 0) return -1;
        if (remember(ends[0], ends[1]) != 0) return fail(report, "remember", family, index);
        *opened += 1;
    }
    close(listener);
    return 0;
}

static int open_many(struct report *report, int family, int type, long count, int index, long *opened) {
    while (*opened < count) {
        if (open_bound(report, family, type, index) < 0) return -1;
        *opened += 1;
    }
    return 0;
}

struct report holder_open(const struct plan *plan, int index) {
    struct report report;
    memset(&report, 0, sizeof report);
    struct plan *open = &report.open;
    // Explicit binds come first: a connection may share its ephemeral port, a bound socket may not.
    (void)(open_many(&report, AF_INET, SOCK_STREAM, plan->listening, index, &open->listening) == 0
        && open_many(&report, AF_INET6, SOCK_STREAM, plan->listening_ipv6, index, &open->listening_ipv6) == 0
        && open_many(&report, AF_INET, SOCK_DGRAM, plan->udp, index, &open->udp) == 0
        && open_many(&report, AF_INET6, SOCK_DGRAM, plan->udp_ipv6, index, &open->udp_ipv6) == 0
        && open_pairs(&report, AF_INET, plan->pairs, index, &open->pairs) == 0
        && open_pairs(&report, AF_INET6, plan->pairs_ipv6, index, &open->pairs_ipv6) == 0);
    return report;
}

struct report holder_change(long pairs, int index) {
    struct report report;
    memset(&report, 0, sizeof report);
    if (connections.count == 0 || pairs == 0) return report;
    if (pairs > connections.count) pairs = connections.count;
    long step = connections.count / pairs;
    union address address;
    socklen_t length = sizeof address;
    int family = AF_INET;
    if (getsockname(connections.ends[0][0], &address.any, &length) == 0) family = address.any.sa_family;
    int listener = open_bound(&report, family, SOCK_STREAM, index);
    length = sizeof address;
    if (listener < 0 || getsockname(listener, &address.any, &length) != 0) return report;
    long changed = 0;
    long at = connections.next++;
    for (; changed < pairs; changed++, at += step) {
        int *ends = connections.ends[at % connections.count];
        close(ends[0]);
        close(ends[1]);
        if (connect_pair(&report, listener, &address, length, index, ends) != 0) break;
    }
    close(listener);
    *(family == AF_INET6 ? &report.open.pairs_ipv6 : &report.open.pairs) = changed;
    return report;
}
