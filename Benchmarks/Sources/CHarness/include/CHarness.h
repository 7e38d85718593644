#ifndef CHARNESS_H
#define CHARNESS_H

#include <stdbool.h>
#include <stddef.h>

/// The system calls of the runner, so that its Swift needs next to no pointers. Failure is a negative errno.

/// Moves the process into a network namespace of its own and brings its loopback device up. To be called while the
/// process has one thread.
int harness_enter_namespace(void);

/// A process that talks over pipes, and ends when its input does.
struct harness_process {
    int pid;     // or a negative errno
    int input;
    int output;
};

/// Starts a program. `command` holds its path and arguments, one a line.
struct harness_process harness_start(const char *command);

/// Reads the first line that the process prints, without its newline, into `line`, and returns its length.
long harness_read_line(struct harness_process process, char *line, size_t capacity);

/// Gives the process text to read. Returns 0, or a negative errno.
int harness_write(struct harness_process process, const char *text);

/// Ends the input, waits, and returns the exit status, or 128 + signal.
int harness_finish(struct harness_process process);

struct harness_outcome {
    int status;  // exit status, 128 + signal, or a negative errno
    long lines;  // 0 unless counted
};

/// Runs a program to its end. Its output goes to /dev/null, or is read for its number of lines.
struct harness_outcome harness_run(const char *command, bool counts_lines);

/// Pages of this process in memory, in bytes.
long harness_resident_bytes(void);

/// Reads a small file into `bytes` and returns how many there are.
long harness_read_file(const char *path, char *bytes, size_t capacity);

/// Text for a negative errno, valid for ever.
const char *harness_error_text(int error);

#endif
