#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSocketLaboratory.h"

// The child of a threaded process makes system calls only. Threads that it lacks may have held locks of the C library.

static int settle(const char *name, uint32_t uid, const int *descriptors, int count, int life, int reports) {
  // All descriptors get high numbers first, so that the sockets can then get the numbers from 3 on.
  enum { ASIDE = 256, MOST = 64 };
  int aside[MOST];
  if (count > MOST - 2) return -E2BIG;
  for (int index = 0; index < count + 2; index++) {
    int number = index < count ? descriptors[index] : index == count ? life : reports;
    aside[index] = fcntl(number, F_DUPFD, ASIDE);
    if (aside[index] < 0) return -errno;
  }
  for (int index = 0; index < count + 2; index++)
    if (dup2(aside[index], 3 + index) < 0) return -errno;
  if (syscall(SYS_close_range, 3 + count + 2, ~0U, 0) < 0) return -errno;
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return -errno;
  for (int index = 0; index < 3; index++) dup2(nothing, index);
  close(nothing);

  if (uid != geteuid()) {
    if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, uid, uid, uid) < 0 ||
        syscall(SYS_setresuid, uid, uid, uid) < 0)
      return -errno;
    // Without this, the change of the user would hide the process from its own user.
    prctl(PR_SET_DUMPABLE, 1);
  }
  prctl(PR_SET_NAME, name);
  // A change of the user clears this, so it comes last. If the parent has ended already, the pipe shows it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -errno;
  // Threads of some runtimes block signals, and a child inherits the mask of the thread that forked it.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  return 0;
}

static _Noreturn void serve(const char *name, uint32_t uid, const int *descriptors, int count, int life, int reports) {
  struct socklab_holder report = {.process = getpid(), .descriptor = 3};
  report.error = settle(name, uid, descriptors, count, life, reports);
  // After a failure the old numbers may still be valid.
  int own_life = report.error == 0 ? 3 + count : life;
  int own_reports = report.error == 0 ? 4 + count : reports;
  ssize_t written = write(own_reports, &report, sizeof report);
  close(own_reports);
  if (report.error == 0 && written == sizeof report) {
    char byte;
    while (read(own_life, &byte, 1) < 0 && errno == EINTR) {
    }
  }
  syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

struct socklab_holder socklab_serve(const char *name, uint32_t uid, const int *descriptors, int count) {
  struct socklab_holder holder = {.life = -1};
  int life[2], reports[2];
  if (pipe2(life, O_CLOEXEC) < 0) {
    holder.error = -errno;
    return holder;
  }
  if (pipe2(reports, O_CLOEXEC) < 0) {
    holder.error = -errno;
    close(life[0]);
    close(life[1]);
    return holder;
  }
  bool start = socklab_start_begin();
  pid_t child = fork();
  if (child == 0) {
    // A copy of the other end would keep the child from seeing that the parent closes the pipe.
    close(life[1]);
    serve(name, uid, descriptors, count, life[0], reports[1]);
  }
  int error = child < 0 ? -errno : 0;
  close(life[0]);
  close(reports[1]);
  struct socklab_holder report;
  if (error == 0) {
    if (read(reports[0], &report, sizeof report) == sizeof report) {
      holder = report;
    } else {
      holder.error = -EPROTO;
    }
  } else {
    holder.error = error;
  }
  socklab_starts_go_on(start);
  close(reports[0]);
  holder.child = child;
  holder.life = life[1];
  return holder;
}

int socklab_give(int descriptor, uint32_t uid) { return fchown(descriptor, uid, (gid_t)-1) < 0 ? -errno : 0; }

void socklab_let_go(struct socklab_holder holder) {
  if (holder.life >= 0) close(holder.life);
  if (holder.child > 0) socklab_wait(holder.child, 10000);
}
