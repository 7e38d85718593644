#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "CSocketLaboratoryKit.h"

// Everything below runs in a child forked from a threaded process, so it may use only async-signal-safe calls.

static int create_in_cgroup(const char *procs_path, enum socklab_kind kind, bool v6) {
  int procs = open(procs_path, O_WRONLY | O_CLOEXEC);
  if (procs < 0) return -errno;
  if (write(procs, "0", 1) != 1) return -errno;
  return socklab_socket(kind, v6);
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

int socklab_make_directory(const char *path) { return mkdir(path, 0755) < 0 ? -errno : 0; }

int socklab_remove_directory(const char *path) { return rmdir(path) < 0 ? -errno : 0; }

uint64_t socklab_inode(const char *path) {
  struct stat status;
  return stat(path, &status) < 0 ? 0 : status.st_ino;
}
