#define _GNU_SOURCE
#include "CHarness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

long harness_read_file(const char *path, char *bytes, size_t capacity) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    size_t length = 0;
    while (length < capacity) {
        ssize_t received = read(descriptor, bytes + length, capacity - length);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) break;
        length += (size_t)received;
    }
    close(descriptor);
    return (long)length;
}

long harness_resident_bytes(void) {
    // Without stdio: measuring memory should not allocate any.
    char text[128];
    long length = harness_read_file("/proc/self/statm", text, sizeof text - 1);
    if (length < 0) return length;
    text[length] = 0;
    long pages;
    if (sscanf(text, "%*d %ld", &pages) != 1) return -EBADMSG;
    return pages * sysconf(_SC_PAGESIZE);
}

const char *harness_error_text(int error) {
    const char *text = strerrordesc_np(error < 0 ? -error : error);
    return text ? text : "unknown error";
}

void harness_buffer_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
