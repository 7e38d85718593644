#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "kind.h"

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
  // A test runner may block or ignore signals; the child starts as from a shell.
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

// Everything below runs in a child forked from a threaded process, so it may use only async-signal-safe calls.

static int create_in_cgroup(const char *procs_path, enum socklab_kind kind, bool v6) {
  int procs = open(procs_path, O_WRONLY | O_CLOEXEC);
  if (procs < 0) return -errno;
  if (write(procs, "0", 1) != 1) return -errno;
  int descriptor = socklab_raw_socket(kind, v6);
  return descriptor < 0 ? -errno : descriptor;
}

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

static void hand_over(int channel, int result) {
  struct iovec vector = {&result, sizeof result};
  union control control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (result >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof result);
    memcpy(CMSG_DATA(&control.header), &result, sizeof result);
  }
  sendmsg(channel, &message, MSG_NOSIGNAL);
}

static int take_over(int channel) {
  int result = -EPROTO;
  struct iovec vector = {&result, sizeof result};
  union control control;
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t count = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  if (count < 0) return -errno;
  if (count != sizeof result) return -EPROTO;
  if (result < 0) return result;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -EPROTO;
  memcpy(&result, CMSG_DATA(header), sizeof result);
  return result;
}

int socklab_socket_in_cgroup(const char *procs_path, enum socklab_kind kind, bool v6) {
  int channel[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0) return -errno;
  bool start = socklab_start_begin();
  pid_t child = fork();
  if (child == 0) {
    hand_over(channel[1], create_in_cgroup(procs_path, kind, v6));
    _exit(0);
  }
  int result = child < 0 ? -errno : 0;
  close(channel[1]);
  if (child > 0) {
    result = take_over(channel[0]);
    struct socklab_exit outcome = socklab_wait(child, 10000);
    if (outcome.error < 0 && result < 0) result = outcome.error;
  }
  socklab_starts_go_on(start);
  close(channel[0]);
  return result;
}
