#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "CSocketLaboratoryKit.h"

// All code except the parent's part runs in a child that was forked from a threaded process. It makes threads with bare
// clone(2), because those of the C library need locks that another thread may have held during the fork.

struct place {
  int descriptor;
  int life;
  int reports;
  struct socklab_holder report;
  bool unshares;
  // Set by the thread that leaves the table, and by the first thread after it has closed the socket in its table.
  atomic_bool has_left;
  atomic_bool is_closed;
};

static void wait_for_end(int life) {
  char byte;
  ssize_t count;
  do {
    count = read(life, &byte, 1);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

static _Noreturn void report_and_wait(struct place *place) {
  ssize_t written = write(place->reports, &place->report, sizeof place->report);
  if (written == sizeof place->report && place->report.error == 0) wait_for_end(place->life);
  syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

// Closes all descriptors except three different ones.
static void close_all_but(int first, int second, int third) {
  const int kept[] = {first, second, third};
  for (unsigned begin = 0;;) {
    unsigned next = ~0U;
    for (int index = 0; index < 3; index++)
      if ((unsigned)kept[index] >= begin && (unsigned)kept[index] < next) next = (unsigned)kept[index];
    if (next > begin) syscall(SYS_close_range, begin, next == ~0U ? next : next - 1, 0);
    if (next == ~0U) return;
    begin = next + 1;
  }
}

static int send_descriptor(int channel, int descriptor) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  char byte = 0;
  struct iovec vector = {&byte, 1};
  memset(&control, 0, sizeof control);
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int receive_descriptor(int channel) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  char byte = 0;
  struct iovec vector = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) < 0) return -errno;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -EPROTO;
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

// Sends the descriptor to a queue. If `receives` is set, it comes back under another number.
static void pass(struct place *place, bool receives) {
  int channel[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, channel) < 0) {
    place->report.error = -errno;
    return;
  }
  place->report.error = send_descriptor(channel[0], place->descriptor);
  close(place->descriptor);
  close(channel[0]);
  place->report.descriptor = channel[1];
  if (!receives || place->report.error < 0) return;
  int received = receive_descriptor(channel[1]);
  close(channel[1]);
  if (received < 0) place->report.error = received;
  place->report.descriptor = received;
}

static void hand_to_ring(struct place *place) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
  if (ring < 0) {
    place->report.error = -errno;
    return;
  }
  int files[3] = {-1, -1, place->descriptor};
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, files, 3) < 0) place->report.error = -errno;
  close(place->descriptor);
  place->report.descriptor = ring;
  place->report.slot = 2;
}

static int run_thread(void *argument) {
  struct place *place = argument;
  place->report.thread = (int)syscall(SYS_gettid);
  if (place->unshares) {
    if (unshare(CLONE_FILES) < 0) place->report.error = -errno;
    atomic_store(&place->has_left, true);
    while (!atomic_load(&place->is_closed)) usleep(1000);
  } else {
    // The first thread ends. Until then its table is that of the process.
    char path[64] = "/proc/self/stat";
    place->report.error = -ETIMEDOUT;
    for (int look = 0; look < 20000 && place->report.error != 0; look++) {
      char text[256];
      int file = open(path, O_RDONLY | O_CLOEXEC);
      ssize_t count = file < 0 ? 0 : read(file, text, sizeof text - 1);
      close(file);
      text[count < 0 ? 0 : count] = 0;
      char *state = strrchr(text, ')');
      if (state != NULL && state[1] == ' ' && state[2] == 'Z') {
        place->report.error = 0;
      } else {
        usleep(1000);
      }
    }
  }
  report_and_wait(place);
}

static char thread_stack[64 * 1024] __attribute__((aligned(16)));

static _Noreturn void hold_by_thread(struct place *place, bool outlives) {
  // The memory of the first thread's stack stays until the process ends, even after the thread has ended.
  static struct place shared;
  shared.descriptor = place->descriptor;
  shared.life = place->life;
  shared.reports = place->reports;
  shared.report = place->report;
  shared.unshares = !outlives;
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  if (clone(run_thread, thread_stack + sizeof thread_stack, flags, &shared) < 0) {
    place->report.error = -errno;
    report_and_wait(place);
  }
  if (outlives) {
    syscall(SYS_exit, 0);
    __builtin_unreachable();
  }
  while (!atomic_load(&shared.has_left)) usleep(1000);
  close(place->descriptor);
  atomic_store(&shared.is_closed, true);
  wait_for_end(place->life);
  syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

// Enters a new pid namespace and mounts its proc in a new mount namespace.
static void enter_pid_namespace(struct place *place) {
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0) {
    place->report.error = -errno;
    report_and_wait(place);
  }
  int channel[2];
  if (pipe2(channel, O_CLOEXEC) < 0) _exit(1);
  pid_t child = fork();
  if (child > 0) {
    close(channel[0]);
    // The parent closes its copies before the child learns its number, so that only the child holds the socket.
    close(place->reports);
    close(place->descriptor);
    if (write(channel[1], &child, sizeof child) < 0) _exit(1);
    close(channel[1]);
    // The same pipe ends the child.
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    _exit(0);
  }
  if (child < 0) {
    place->report.error = -errno;
    return;
  }
  close(channel[1]);
  // The process id in the outer namespace.
  if (read(channel[0], &place->report.process, sizeof place->report.process) < 0) place->report.error = -errno;
  close(channel[0]);
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("proc", "/proc", "proc", 0, NULL) < 0)
    place->report.error = -errno;
}

static _Noreturn void hold(enum socklab_holding holding, struct place *place) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_all_but(place->descriptor, place->life, place->reports);
  place->report.process = getpid();
  place->report.descriptor = place->descriptor;
  switch (holding) {
  case SOCKLAB_HOLD_INHERITED: break;
  case SOCKLAB_HOLD_PASSED: pass(place, true); break;
  case SOCKLAB_HOLD_IN_FLIGHT: pass(place, false); break;
  case SOCKLAB_HOLD_FIXED_FILE: hand_to_ring(place); break;
  case SOCKLAB_HOLD_THREAD: hold_by_thread(place, false);
  case SOCKLAB_HOLD_AFTER_LEADER: hold_by_thread(place, true);
  case SOCKLAB_HOLD_PID_NAMESPACE: enter_pid_namespace(place); break;
  case SOCKLAB_HOLD_NOTHING: close(place->descriptor); break;
  }
  report_and_wait(place);
}

struct socklab_holder socklab_hold(enum socklab_holding holding, int descriptor) {
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
    struct place place = {.descriptor = descriptor, .life = life[0], .reports = reports[1]};
    hold(holding, &place);
  }
  close(life[0]);
  close(reports[1]);
  if (child < 0) {
    holder.error = -errno;
  } else {
    struct socklab_holder report;
    ssize_t count = read(reports[0], &report, sizeof report);
    if (count == sizeof report) {
      holder = report;
    } else {
      holder.error = -EPROTO;
    }
  }
  socklab_starts_go_on(start);
  close(reports[0]);
  holder.child = child;
  holder.life = life[1];
  return holder;
}
