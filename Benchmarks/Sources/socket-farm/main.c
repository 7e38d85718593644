#define _GNU_SOURCE
#include "holder.h"
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: socket-farm COUNT [--listening N] [--udp PERCENT] [--ipv6 PERCENT]\n"
    "\n"
    "Holds COUNT loopback sockets until standard input ends. Both ends of a connection count, and so do\n"
    "listening and UDP sockets. Prints one line when they stand:\n"
    "  ready TOTAL connected N listening N udp N ipv6 N\n";

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

static void wait_for_end(int descriptor) {
    char ignored[256];
    ssize_t length;
    do {
        length = read(descriptor, ignored, sizeof ignored);
    } while (length > 0 || (length < 0 && errno == EINTR));
}

// `life` ends when the parent closes it or dies; the death signal covers a holder that is still opening sockets.
static _Noreturn void hold(const struct farm *farm, int index, pid_t parent, int life, int reports) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    struct plan slice = farm_slice(farm, index);
    struct report report = holder_open(&slice, index);
    if (!write_all(reports, &report, sizeof report) || report.error != 0) _exit(1);
    // Only holders that have yet to report keep the pipe open: one that dies silently ends it.
    close(reports);
    wait_for_end(life);
    _exit(0);
}

static bool start_holders(const struct farm *farm, int life[2], int reports[2]) {
    pid_t parent = getpid();
    for (int index = 0; index < farm->holders; index++) {
        pid_t child = fork();
        if (child < 0) {
            perror("socket-farm: fork");
            return false;
        }
        if (child == 0) {
            close(life[1]);
            close(reports[0]);
            close(STDIN_FILENO);
            close(STDOUT_FILENO);
            hold(farm, index, parent, life[0], reports[1]);
        }
    }
    close(life[0]);
    close(reports[1]);
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

static bool collect(const struct farm *farm, int reports, struct plan *open) {
    memset(open, 0, sizeof *open);
    for (int index = 0; index < farm->holders; index++) {
        struct report report;
        // A report is shorter than PIPE_BUF, so it arrives whole or not at all.
        if (read(reports, &report, sizeof report) != (ssize_t)sizeof report) {
            fprintf(stderr, "socket-farm: a holder died before its sockets stood (out of memory?)\n");
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

static int run(const struct farm *farm) {
    int life[2];
    int reports[2];
    if (pipe2(life, O_CLOEXEC) != 0 || pipe2(reports, O_CLOEXEC) != 0) {
        perror("socket-farm: pipe");
        return 1;
    }
    struct plan open;
    bool stands = start_holders(farm, life, reports) && collect(farm, reports[0], &open);
    if (stands) {
        printf("ready %ld connected %ld listening %ld udp %ld ipv6 %ld\n", plan_sockets(&open),
               2 * (open.pairs + open.pairs_ipv6), open.listening + open.listening_ipv6, open.udp + open.udp_ipv6,
               plan_ipv6_sockets(&open));
        fflush(stdout);
        wait_for_end(STDIN_FILENO);
    }
    close(life[1]);
    // Waited for, so that no socket is left when this process is gone.
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    return stands ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"listening", required_argument, NULL, 'l'},
        {"udp", required_argument, NULL, 'u'},
        {"ipv6", required_argument, NULL, '6'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    long count = 0;
    long listening = 0;
    long udp_percent = 0;
    long ipv6_percent = 0;
    bool valid = true;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'l': valid = valid && parse_number(optarg, 1000000, &listening); break;
        case 'u': valid = valid && parse_number(optarg, 100, &udp_percent); break;
        case '6': valid = valid && parse_number(optarg, 100, &ipv6_percent); break;
        case 'h': fputs(usage, stdout); return 0;
        default: valid = false; break;
        }
    }
    if (!valid || optind != argc - 1 || !parse_number(argv[optind], 10000000, &count) || count == 0) {
        fputs(usage, stderr);
        return 2;
    }
    struct farm farm;
    if (farm_plan(&farm, count, listening, (int)udp_percent, (int)ipv6_percent) != 0) return 1;
    return run(&farm);
}
