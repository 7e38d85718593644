#include "plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    // Below the limit of 20,000 that service managers commonly allow one process.
    DESCRIPTORS_PER_HOLDER = 18000,
    // Standard streams, the channel to the parent, the listener that connects pairs, and rounding of the slices.
    DESCRIPTORS_RESERVED = 32,
};

static long read_number(const char *path, const char *format, long *second) {
    long first = -1;
    *second = -1;
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    if (fscanf(file, format, &first, second) < 1) first = -1;
    fclose(file);
    return first;
}

static int raise_descriptor_limit(long *limit) {
    struct rlimit descriptors;
    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) {
        perror("socket-farm: getrlimit");
        return -1;
    }
    descriptors.rlim_cur = descriptors.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0) {
        perror("socket-farm: setrlimit");
        return -1;
    }
    *limit = descriptors.rlim_cur > DESCRIPTORS_PER_HOLDER ? DESCRIPTORS_PER_HOLDER : (long)descriptors.rlim_cur;
    return 0;
}

// IPv6 has one loopback address, so everything bound there shares one range of ephemeral ports. Every IPv4 holder has
// its own address.
static int check_ports(const struct farm *farm) {
    long last;
    long first = read_number("/proc/sys/net/ipv4/ip_local_port_range", "%ld %ld", &last);
    if (first < 0 || last < first) return 0;
    long ports = last - first + 1;
    struct plan slice = farm_slice(farm, 0);
    long largest = slice.pairs > slice.pairs_ipv6 ? slice.pairs : slice.pairs_ipv6;
    if (slice.udp > largest) largest = slice.udp;
    if (farm->total.udp_ipv6 > largest) largest = farm->total.udp_ipv6;
    if (largest > ports - ports / 10) {
        fprintf(stderr, "socket-farm: %ld ports of one address are needed and %ld are ephemeral; "
                "widen net.ipv4.ip_local_port_range\n", largest, ports);
        return -1;
    }
    return 0;
}

static int check_files(long count) {
    long unused;
    long most = read_number("/proc/sys/fs/file-max", "%ld", &unused);
    long open = read_number("/proc/sys/fs/file-nr", "%ld", &unused);
    if (most < 0 || open < 0 || most - open > count + 1024) return 0;
    fprintf(stderr, "socket-farm: %ld sockets do not fit: fs.file-max is %ld and %ld files are open\n",
            count, most, open);
    return -1;
}

int farm_plan(struct farm *farm, long count, long listening, int udp_percent, int ipv6_percent) {
    memset(farm, 0, sizeof *farm);
    long limit;
    if (raise_descriptor_limit(&limit) != 0) return -1;

    long per_holder = limit - DESCRIPTORS_RESERVED;
    if (per_holder < 64 || count > per_holder * HOLDERS_MAX) {
        fprintf(stderr, "socket-farm: %ld sockets need more than %d processes of %ld descriptors; "
                "raise the hard limit (ulimit -Hn)\n", count, HOLDERS_MAX, limit);
        return -1;
    }
    farm->holders = (int)((count + per_holder - 1) / per_holder);

    long udp = count * udp_percent / 100;
    long connected = count - udp - listening;
    if (connected < 0) {
        fprintf(stderr, "socket-farm: %ld listening and %ld UDP sockets are more than %ld\n", listening, udp, count);
        return -1;
    }
    // A connection has two ends. If the number is odd, the last socket is a listener, so that the total is exact.
    if (connected % 2 != 0) listening += 1;
    long pairs = connected / 2;

    farm->total.pairs_ipv6 = pairs * ipv6_percent / 100;
    farm->total.pairs = pairs - farm->total.pairs_ipv6;
    farm->total.listening_ipv6 = listening * ipv6_percent / 100;
    farm->total.listening = listening - farm->total.listening_ipv6;
    farm->total.udp_ipv6 = udp * ipv6_percent / 100;
    farm->total.udp = udp - farm->total.udp_ipv6;
    return check_ports(farm) != 0 || check_files(count) != 0 ? -1 : 0;
}

static long share(long total, int index, int holders) {
    return total * (index + 1) / holders - total * index / holders;
}

struct plan farm_slice(const struct farm *farm, int index) {
    const struct plan *total = &farm->total;
    return (struct plan){
        .pairs = share(total->pairs, index, farm->holders),
        .pairs_ipv6 = share(total->pairs_ipv6, index, farm->holders),
        .listening = share(total->listening, index, farm->holders),
        .listening_ipv6 = share(total->listening_ipv6, index, farm->holders),
        .udp = share(total->udp, index, farm->holders),
        .udp_ipv6 = share(total->udp_ipv6, index, farm->holders),
    };
}

long plan_sockets(const struct plan *plan) {
    return 2 * (plan->pairs + plan->pairs_ipv6) + plan->listening + plan->listening_ipv6 + plan->udp + plan->udp_ipv6;
}

long plan_ipv6_sockets(const struct plan *plan) {
    return 2 * plan->pairs_ipv6 + plan->listening_ipv6 + plan->udp_ipv6;
}
