// Makes TCP connections on loopback at a steady rate until its input ends. Each moves the same number of bytes from the
// client to the server, and lives for about a millisecond. At the end it prints how many there were.
//
// The server's end of every connection has received all the bytes when it is closed, so a monitor that sees everything
// counts exactly connections × bytes.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 7, MAX_BYTES = 1 << 16, SERVERS = 32 };

static char data[MAX_BYTES];

static void fail(const char *what) {
    fprintf(stderr, "connection-churn: %s: %s\n", what, strerror(errno));
    exit(1);
}

// Several addresses, because TIME_WAIT records occupy the client's ports for each of them.
static struct sockaddr_in server_address(unsigned number) {
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x100 + number % SERVERS),
    };
}

static int listen_everywhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (void *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        fail("listen");
    }
    return listener;
}

static void connect_once(int listener, unsigned number, size_t bytes) {
    struct sockaddr_in address = server_address(number);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || connect(client, (void *)&address, sizeof address) < 0) fail("connect");
    int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (server < 0) fail("accept");
    if (write(client, data, bytes) != (ssize_t)bytes) fail("write");
    for (size_t received = 0; received < bytes;) {
        ssize_t count = read(server, data, sizeof data);
        if (count <= 0) fail("read");
        received += (size_t)count;
    }
    close(client);
    close(server);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int is_over(double until) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    double left = (until - now()) * 1000;
    return poll(&input, 1, left > 0 ? (int)left : 0) > 0;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: connection-churn CONNECTIONS-PER-SECOND BYTES\n");
        return 2;
    }
    double rate = atof(argv[1]);
    size_t bytes = (size_t)atol(argv[2]);
    if (rate <= 0 || bytes > MAX_BYTES) {
        fprintf(stderr, "connection-churn: the rate must be positive, and at most %d bytes\n", MAX_BYTES);
        return 2;
    }
    int listener = listen_everywhere();
    printf("ready\n");
    fflush(stdout);
    double start = now();
    unsigned count = 0;
    // In bursts of a hundredth of a second, so that the clock is asked seldom.
    while (!is_over(start + count / rate)) {
        for (unsigned due = (unsigned)((now() - start) * rate) + 1; count < due; count++) {
            connect_once(listener, count, bytes);
        }
    }
    printf("%u\n", count);
    return 0;
}
