#include "CFloor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024 };

// "   0: 0100007F:0016 00000000:0000 0A …": the fourth word of a row is its state.
static bool is_listener(const char *row, const char *end) {
    for (int word = 0; word < 4; word++) {
        while (row < end && *row == ' ') row++;
        while (row < end && *row != ' ') row++;
    }
    return row < end && row[-2] == '0' && row[-1] == 'A';
}

// The kernel returns whole rows, so a row never spans two reads.
static long count_rows(const char *bytes, size_t length) {
    long count = 0;
    const char *end = bytes + length;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
        count += 1;
        bytes += 1;
    }
    return count;
}

// The header has no state, so it is not counted and does not end the listeners.
static long count_listeners(const char *bytes, size_t length, enum floor_rows rows, bool *others) {
    long count = 0;
    const char *end = bytes + length;
    while (bytes < end && !*others) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        if (!newline) newline = end;
        if (is_listener(bytes, newline)) {
            count += 1;
        } else if (rows == FLOOR_LISTENERS_UNTIL_OTHERS) {
            *others = newline - bytes > 2 && bytes[2] != 's';  // "  sl  local_address …"
        }
        bytes = newline + 1;
    }
    return count;
}

static long read_table(const char *path, enum floor_rows rows) {
    static _Thread_local char buffer[BUFFER_SIZE];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    long count = rows == FLOOR_ALL_ROWS ? -1 : 0;  // the header is no row
    bool others = false;
    while (!others) {
        ssize_t length = read(descriptor, buffer, sizeof buffer);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) count = -errno;
        if (length <= 0) break;
        if (rows == FLOOR_ALL_ROWS) {
            count += count_rows(buffer, (size_t)length);
        } else {
            count += count_listeners(buffer, (size_t)length, rows, &others);
        }
    }
    close(descriptor);
    return count;
}

long floor_read_proc(enum floor_rows rows) {
    long ipv4 = read_table("/proc/self/net/tcp", rows);
    if (ipv4 < 0) return ipv4;
    long ipv6 = read_table("/proc/self/net/tcp6", rows);
    if (ipv6 == -ENOENT) return ipv4;
    return ipv6 < 0 ? ipv6 : ipv4 + ipv6;
}
