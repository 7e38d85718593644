#ifndef SOCKET_FARM_PLAN_H
#define SOCKET_FARM_PLAN_H

/// How many sockets of each kind. Used for the whole farm and for the slice of one holder.
struct plan {
    long pairs;         // IPv4 loopback connections: two sockets each
    long pairs_ipv6;
    long listening;
    long listening_ipv6;
    long udp;
    long udp_ipv6;
};

enum {
    // A holder's addresses are 127.1.x.1: one octet.
    HOLDERS_MAX = 250,
};

struct farm {
    struct plan total;
    int holders;
};

/// Divides `count` sockets into kinds and holders. Returns 0, or −1 after printing the limit that prevents it to
/// standard error.
int farm_plan(struct farm *farm, long count, long listening, int udp_percent, int ipv6_percent);

/// The slice of holder `index`. All slices together are the total.
struct plan farm_slice(const struct farm *farm, int index);

long plan_sockets(const struct plan *plan);
long plan_ipv6_sockets(const struct plan *plan);

#endif
