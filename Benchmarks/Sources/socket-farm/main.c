#define _GNU_SOURCE
#include "holder.h"
#include "plan.h"
#include "unix.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: socket-farm COUNT [--listening N] [--udp PERCENT] [--ipv6 PERCENT]\n"
    "       socket-farm COUNT --unix\n"
    "\n"
    "Holds COUNT loopback sockets until standard input ends. Both ends of a connection count, and so do\n"
    "listening and UDP sockets. Prints one line when they stand:\n"
    "  ready TOTAL connected N listening N udp N ipv6 N\n"
    "A number on standard input, on a line of its own, has that many connections closed and as many opened\n"
    "in their places. Answers with a line when that is done:\n"
    "  changed N\n"
    "With --unix the sockets are UNIX sockets, and none is replaced.\n";

static bool parse_number(const char *text, long most, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == 0 && *number >= 0 && *number <= most;
}

static bool write_all(int descriptor, const void *bytes, size_t length) {
    ssize_t written = write(descriptor, bytes, length);
    return written == (ssize_t)length;
}

// A holder and its parent communicate over a pair of sockets: if one dies, the other reads the end of the stream.

static bool read_all(int descriptor, void *bytes, size_t length) {
    ssize_t received;
    do {
        received = read(descriptor, bytes, length);
    } while (received < 0 && errno == EINTR);
    return received == (ssize_t)length;
}

// The death signal also ends a holder that is still opening sockets.
static _Noreturn void hold(const struct farm *farm, int index, pid_t parent, int channel) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    struct plan slice = farm_slice(farm, index);
    struct report report = holder_open(&slice, index);
    long pairs;
    while (write_all(channel, &report, sizeof report) && report.error == 0) {
        if (!read_all(channel, &pairs, sizeof pairs)) _exit(0);
        report = holder_change(pairs, index);
    }
    _exit(1);
}

static bool start_holders(const struct farm *farm, int *channels) {
    pid_t parent = getpid();
    for (int index = 0; index < farm->holders; index++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
            perror("socket-farm: socketpair");
            return false;
        }
        channels[index] = pair[0];
        pid_t child = fork();
        if (child < 0) {
            perror("socket-farm: fork");
            return false;
        }
        if (child == 0) {
            // Otherwise this process would keep an end of every earlier holder's channel open.
            for (int other = 0; other <= index; other++) close(channels[other]);
            close(STDIN_FILENO);
            close(STDOUT_FILENO);
            hold(farm, index, parent, pair[1]);
        }
        close(pair[1]);
    }
    return true;
}

static void add(struct plan *sum, const struct plan *part) {
    sum->pairs += part->pairs;
    sum->pairs_ipv6 += part->pairs_ipv6;
    sum->listening += part->listening;
    sum->listening_ipv6 += part->listening_ipv6;
    sum->udp += part->udp;
    sum->udp_ipv6 += part->udp_ipv6;
}

static bool collect(const struct farm *farm, const int *channels, struct plan *open) {
    memset(open, 0, sizeof *open);
    for (int index = 0; index < farm->holders; index++) {
        struct report report;
        if (!read_all(channels[index], &report, sizeof report)) {
            fprintf(stderr, "socket-farm: a holder died before its sockets existed (out of memory?)\n");
            return false;
        }
        if (report.error != 0) {
            const char *cure = report.error == EADDRNOTAVAIL || report.error == EADDRINUSE
                ? "; widen net.ipv4.ip_local_port_range" : "";
            fprintf(stderr, "socket-farm: %s: %s%s\n", report.step, strerror(report.error), cure);
            return false;
        }
        add(open, &report.open);
    }
    return true;
}

static bool change(const struct farm *farm, const int *channels, long pairs) {
    for (int index = 0; index < farm->holders; index++) {
        long share = pairs * (index + 1) / farm->holders - pairs * index / farm->holders;
        if (!write_all(channels[index], &share, sizeof share)) return false;
    }
    struct plan changed;
    if (!collect(farm, channels, &changed)) return false;
    printf("changed %ld\n", changed.pairs + changed.pairs_ipv6);
    fflush(stdout);
    return true;
}

static int run(const struct farm *farm) {
    int channels[HOLDERS_MAX];
    for (int index = 0; index < farm->holders; index++) channels[index] = -1;
    struct plan open;
    bool stands = start_holders(farm, channels) && collect(farm, channels, &open);
    if (stands) {
        printf("ready %ld connected %ld listening %ld udp %ld ipv6 %ld\n", plan_sockets(&open),
               2 * (open.pairs + open.pairs_ipv6), open.listening + open.listening_ipv6, open.udp + open.udp_ipv6,
               plan_ipv6_sockets(&open));
        fflush(stdout);
        char line[64];
        long pairs;
        while (stands && fgets(line, sizeof line, stdin) != NULL) {
            line[strcspn(line, "\n")] = 0;
            if (parse_number(line, 10000000, &pairs)) stands = change(farm, channels, pairs);
        }
    }
    for (int index = 0; index < farm->holders; index++) {
        if (channels[index] >= 0) close(channels[index]);
    }
    // Waits, so that no socket is left when this process has ended.
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    return stands ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"listening", required_argument, NULL, 'l'},
        {"udp", required_argument, NULL, 'u'},
        {"ipv6", required_argument, NULL, '6'},
        {"unix", no_argument, NULL, 'x'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    long count = 0;
    long listening = 0;
    long udp_percent = 0;
    long ipv6_percent = 0;
    bool valid = true;
    bool is_unix = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'l': valid = valid && parse_number(optarg, 1000000, &listening); break;
        case 'u': valid = valid && parse_number(optarg, 100, &udp_percent); break;
        case '6': valid = valid && parse_number(optarg, 100, &ipv6_percent); break;
        case 'x': is_unix = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: valid = false; break;
        }
    }
    if (!valid || optind != argc - 1 || !parse_number(argv[optind], 10000000, &count) || count == 0) {
        fputs(usage, stderr);
        return 2;
    }
    if (is_unix) return unix_farm(count);
    struct farm farm;
    if (farm_plan(&farm, count, listening, (int)udp_percent, (int)ipv6_percent) != 0) return 1;
    return run(&farm);
}
