#ifndef CHARNESS_H
#define CHARNESS_H

#include <stdbool.h>
#include <stddef.h>

/// System calls of the runner, so that its Swift code needs almost no pointers. Failure is a negative errno.

/// Moves the process into a new network namespace and brings up its loopback device. The process must have only one
/// thread.
int harness_enter_namespace(void);

/// Has standard output written line by line, also into a file. Before the first output.
void harness_buffer_lines(void);

/// A process that communicates over pipes and ends when its input ends.
struct harness_process {
    int pid;     // or a negative errno
    int input;
    int output;
};

/// Starts a program. `command` contains its path and arguments, one per line.
struct harness_process harness_start(const char *command);

/// Reads the first line that the process prints into `line`, without its newline, and returns its length.
long harness_read_line(struct harness_process process, char *line, size_t capacity);

/// Writes text to the process. Returns 0, or a negative errno.
int harness_write(struct harness_process process, const char *text);

/// Closes the input, waits, and returns the exit status, or 128 + signal.
int harness_finish(struct harness_process process);

struct harness_outcome {
    int status;  // exit status, 128 + signal, or a negative errno
    long lines;  // 0 unless counted
};

/// Runs a program to its end. Its output goes to /dev/null, or its lines are counted.
struct harness_outcome harness_run(const char *command, bool counts_lines);

/// The processor time of this process, or of the children that it has waited for, in seconds.
double harness_processor_seconds(bool of_children);

/// Sleeps.
void harness_sleep(double seconds);

/// The resident memory of this process, in bytes.
long harness_resident_bytes(void);

/// Reads a small file into `bytes` and returns the number of bytes.
long harness_read_file(const char *path, char *bytes, size_t capacity);

/// The text for a negative errno; it is never freed.
const char *harness_error_text(int error);

#endif
