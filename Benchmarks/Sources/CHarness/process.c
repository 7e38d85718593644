#define _GNU_SOURCE
#include "CHarness.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { ARGUMENTS_MAX = 32, COMMAND_MAX = 4096 };

// `input` −1 means /dev/null; `output` likewise.
static int spawn(const char *command, int input, int output) {
    char text[COMMAND_MAX];
    char *arguments[ARGUMENTS_MAX + 1];
    if (strlen(command) >= sizeof text) return -E2BIG;
    strcpy(text, command);
    int count = 0;
    char *rest = text;
    for (char *argument; (argument = strsep(&rest, "\n")) != NULL;) {
        if (count == ARGUMENTS_MAX) return -E2BIG;
        arguments[count++] = argument;
    }
    arguments[count] = NULL;

    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return -error;
    if (input < 0) {
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    } else {
        error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    }
    if (error == 0 && output < 0) {
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    } else if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    pid_t pid = -1;
    if (error == 0) error = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error != 0 ? -error : pid;
}

static int wait_for(int pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void close_pair(const int pair[2]) {
    close(pair[0]);
    close(pair[1]);
}

struct harness_process harness_start(const char *command) {
    struct harness_process process = {.pid = -1, .input = -1, .output = -1};
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0) {
        process.pid = -errno;
        return process;
    }
    if (pipe2(output, O_CLOEXEC) != 0) {
        process.pid = -errno;
        close_pair(input);
        return process;
    }
    process.pid = spawn(command, input[0], output[1]);
    if (process.pid < 0) {
        close_pair(input);
        close_pair(output);
        return process;
    }
    close(input[0]);
    close(output[1]);
    process.input = input[1];
    process.output = output[0];
    return process;
}

long harness_read_line(struct harness_process process, char *line, size_t capacity) {
    size_t length = 0;
    while (length < capacity) {
        ssize_t received = read(process.output, line + length, 1);
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) return -errno;
        if (received == 0 || line[length] == '\n') break;
        length += 1;
    }
    return (long)length;
}

int harness_write(struct harness_process process, const char *text) {
    size_t length = strlen(text);
    ssize_t written = write(process.input, text, length);
    // A text this short is written to a pipe at once.
    return written == (ssize_t)length ? 0 : written < 0 ? -errno : -EIO;
}

int harness_finish(struct harness_process process) {
    close(process.input);
    close(process.output);
    return wait_for(process.pid);
}

static long count_lines(int descriptor) {
    static char bytes[64 * 1024];
    long lines = 0;
    for (;;) {
        ssize_t length = read(descriptor, bytes, sizeof bytes);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return -errno;
        if (length == 0) return lines;
        for (ssize_t index = 0; index < length; index++) lines += bytes[index] == '\n';
    }
}

struct harness_outcome harness_run(const char *command, bool counts_lines) {
    struct harness_outcome outcome = {0, 0};
    int output[2] = {-1, -1};
    if (counts_lines && pipe2(output, O_CLOEXEC) != 0) {
        outcome.status = -errno;
        return outcome;
    }
    int pid = spawn(command, -1, output[1]);
    if (counts_lines) close(output[1]);
    if (pid >= 0 && counts_lines) outcome.lines = count_lines(output[0]);
    if (counts_lines) close(output[0]);
    outcome.status = pid < 0 ? pid : wait_for(pid);
    return outcome;
}

double harness_processor_seconds(bool of_children) {
    struct rusage usage;
    getrusage(of_children ? RUSAGE_CHILDREN : RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void harness_sleep(double seconds) {
    struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}
