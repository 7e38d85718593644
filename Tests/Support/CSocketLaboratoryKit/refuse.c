#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "CSocketLaboratoryKit.h"

// A call has two numbers, or the same one twice.
static const long numbers[][2] = {
    [SOCKLAB_CALL_OPEN] = {SYS_openat, SYS_openat},
    [SOCKLAB_CALL_IDENTIFY] = {SYS_fstatfs, SYS_fstatfs},
    [SOCKLAB_CALL_ENTER] = {SYS_setns, SYS_setns},
    [SOCKLAB_CALL_SOCKET] = {SYS_socket, SYS_socket},
    [SOCKLAB_CALL_ADDRESS] = {SYS_bind, SYS_connect},
    [SOCKLAB_CALL_START] = {SYS_clone, SYS_clone3},
};

int socklab_refuse(enum socklab_call call, int error) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)numbers[call][0], 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)numbers[call][1], 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  // Both concern the calling thread only.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}
