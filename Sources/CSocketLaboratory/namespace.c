#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

struct job {
  void (*entry)(void *);
  void *context;
};

static void *run(void *argument) {
  struct job job = *(struct job *)argument;
  free(argument);
  job.entry(job.context);
  return NULL;
}

int socklab_thread(void (*entry)(void *), void *context) {
  struct job *job = malloc(sizeof *job);
  if (job == NULL) return -ENOMEM;
  *job = (struct job){entry, context};
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, job);
  if (error != 0) {
    free(job);
    return -error;
  }
  return -pthread_detach(thread);
}

// If the machine pauses for longer than TCP's retransmission timeout, the kernel may answer a second FIN after the
// other side has ended. The other side replies with a reset, which ends a TIME_WAIT, except with this setting (RFC
// 1337). A container with read-only settings does without it.
static void keep_time_wait(void) { (void)socklab_write_file("/proc/sys/net/ipv4/tcp_rfc1337", "1"); }

int socklab_namespace_file(void) {
  int file = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  return file < 0 ? -errno : file;
}

int socklab_namespace_enter(void) {
  int home = socklab_namespace_file();
  if (home < 0) return home;
  int result = unshare(CLONE_NEWNET) < 0 ? -errno : socklab_link_up("lo");
  if (result < 0) {
    setns(home, CLONE_NEWNET);
    close(home);
    return result;
  }
  keep_time_wait();
  return home;
}

int socklab_namespace_leave(int home) {
  int result = setns(home, CLONE_NEWNET) < 0 ? -errno : 0;
  close(home);
  return result;
}

int socklab_thread_id(void) { return gettid(); }

uint64_t socklab_namespace_inode(void) {
  struct stat status;
  return stat("/proc/thread-self/ns/net", &status) < 0 ? 0 : status.st_ino;
}
