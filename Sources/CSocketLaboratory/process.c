#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

extern char **environ;

int socklab_spawn(const char *arguments, int count, int input, int output, int errors) {
  char **vector = calloc((size_t)count + 1, sizeof *vector);
  if (vector == NULL) return -ENOMEM;
  for (int i = 0; i < count; i++) {
    // posix_spawn takes mutable strings for historical reasons and writes to none.
    vector[i] = (char *)arguments;
    arguments += strlen(arguments) + 1;
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t signals;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  socklab_close_before_exec(&files, 3);
  // A test runner may block or ignore signals. The child starts with the defaults of a shell.
  posix_spawnattr_init(&attributes);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t process = 0;
  bool start = socklab_start_begin();
  int error = count > 0 ? posix_spawnp(&process, vector[0], &files, &attributes, vector, environ) : EINVAL;
  socklab_starts_go_on(start);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  free(vector);
  return error != 0 ? -error : process;
}

struct socklab_exit socklab_wait(int process, int timeout_milliseconds) {
  struct socklab_exit outcome = {0};
  int handle = (int)syscall(SYS_pidfd_open, process, 0);
  if (handle >= 0) {
    struct pollfd item = {.fd = handle, .events = POLLIN};
    int ready;
    do {
      ready = poll(&item, 1, timeout_milliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) {
      outcome.timed_out = true;
      syscall(SYS_pidfd_send_signal, handle, SIGKILL, NULL, 0);
    }
    close(handle);
  }
  int status = 0;
  pid_t reaped;
  do {
    reaped = waitpid(process, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  if (reaped < 0) outcome.error = -errno;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}
