#define _GNU_SOURCE
#include "unix.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    // Below the limit of 20,000 that service managers commonly allow one process.
    SOCKETS_PER_HOLDER = 18000,
    HOLDERS_MAX = 250,
    // Of a hundred sockets: one listener, its connections with both ends, pairs, and datagram sockets.
    CONNECTED_PERCENT = 60,
    PAIRED_PERCENT = 30,
};

struct kinds {
    long connected;
    long listening;
};

static int fail(const char *step) {
    fprintf(stderr, "socket-farm: %s: %s\n", step, strerror(errno));
    return -1;
}

// An abstract name of a usual length. It is no file, so nothing has to be removed.
static socklen_t name(struct sockaddr_un *address, int holder, long number) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "/run/sockets/%d/service-%08ld.sock",
                          holder, number);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static int bound(int type, int holder, long number) {
    struct sockaddr_un address;
    socklen_t length = name(&address, holder, number);
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail("socket");
    if (bind(descriptor, (struct sockaddr *)&address, length) != 0) return fail("bind");
    return descriptor;
}

static int open_connection(int listener, int holder, long number) {
    struct sockaddr_un address;
    socklen_t length = name(&address, holder, number);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) return fail("socket");
    if (connect(client, (struct sockaddr *)&address, length) != 0) return fail("connect");
    return accept(listener, NULL, NULL) < 0 ? fail("accept") : 0;
}

// A hundred sockets, or the last few as datagram sockets.
static int open_block(long count, int holder, long block, struct kinds *kinds) {
    long number = block * 100;
    long left = count;
    if (count == 100) {
        int listener = bound(SOCK_STREAM, holder, number);
        if (listener < 0) return -1;
        if (listen(listener, 16) != 0) return fail("listen");
        kinds->listening += 1;
        for (int pair = 0; pair < CONNECTED_PERCENT / 2; pair++) {
            if (open_connection(listener, holder, number) != 0) return -1;
        }
        for (int pair = 0; pair < PAIRED_PERCENT / 2; pair++) {
            int ends[2];
            if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail("socketpair");
        }
        kinds->connected += CONNECTED_PERCENT + PAIRED_PERCENT;
        left -= 1 + CONNECTED_PERCENT + PAIRED_PERCENT;
    }
    for (long index = 0; index < left; index++) {
        if (bound(SOCK_DGRAM, holder, number + 1 + index) < 0) return -1;
    }
    return 0;
}

static _Noreturn void hold(long count, int holder, pid_t parent, int channel, int end) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    struct kinds kinds = {0};
    for (long block = 0; block * 100 < count; block++) {
        long left = count - block * 100;
        if (open_block(left < 100 ? left : 100, holder, block, &kinds) != 0) _exit(1);
    }
    if (write(channel, &kinds, sizeof kinds) != sizeof kinds) _exit(1);
    close(channel);
    // Until the parent closes its end.
    char byte;
    while (read(end, &byte, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
}

int unix_farm(long count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return fail("getrlimit") + 2;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail("setrlimit") + 2;
    long per_holder = limit.rlim_cur > SOCKETS_PER_HOLDER + 64 ? SOCKETS_PER_HOLDER : (long)limit.rlim_cur - 64;
    long holders = per_holder > 0 ? (count + per_holder - 1) / per_holder : HOLDERS_MAX + 1;
    if (holders > HOLDERS_MAX) {
        fprintf(stderr, "socket-farm: %ld sockets need more than %d processes; raise the hard limit (ulimit -Hn)\n",
                count, HOLDERS_MAX);
        return 1;
    }
    // Pipes, so that the farm's own channels are not among the sockets.
    int reports[2];
    int end[2];
    if (pipe(reports) != 0 || pipe(end) != 0) return fail("pipe") + 2;
    pid_t parent = getpid();
    struct kinds open = {0};
    for (int holder = 0; holder < holders; holder++) {
        long share = count * (holder + 1) / holders - count * holder / holders;
        pid_t child = fork();
        if (child < 0) return fail("fork") + 2;
        if (child == 0) {
            close(STDIN_FILENO);
            close(STDOUT_FILENO);
            close(reports[0]);
            close(end[1]);
            hold(share, holder, parent, reports[1], end[0]);
        }
    }
    close(reports[1]);
    bool stands = true;
    for (int holder = 0; holder < holders; holder++) {
        struct kinds kinds;
        if (read(reports[0], &kinds, sizeof kinds) != sizeof kinds) {
            stands = false;
            break;
        }
        open.connected += kinds.connected;
        open.listening += kinds.listening;
    }
    if (stands) {
        printf("ready %ld connected %ld listening %ld udp 0 ipv6 0\n", count, open.connected, open.listening);
        fflush(stdout);
        char byte;
        while (read(STDIN_FILENO, &byte, 1) > 0) {
        }
    }
    close(end[1]);
    // Waits, so that no socket is left when this process has ended.
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    return stands ? 0 : 1;
}
