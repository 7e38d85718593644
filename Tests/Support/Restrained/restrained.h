#pragma once

#include <stdint.h>

/* Ends the program with status 99 and prints the line that failed and the reason. */
_Noreturn void fail(const char *file, int line);

#define REQUIRE(condition) do { if (!(condition)) fail(__FILE__, __LINE__); } while (0)

void set_no_new_privileges(void);

/* Landlock: allows this process to bind TCP sockets to these ports and to no others. */
void allow_ports(const uint16_t *ports, int count);

/* seccomp: makes a system call fail with an errno, if its first argument is `first` or `first` is negative. */
void refuse_call(int number, int first, int error);

/*
 * A cgroup BPF program: runs the rest of this process in a new cgroup, in which bind() of a port fails with EPERM. It
 * fails before the kernel looks for a conflict or, if `is_late`, afterwards. Port 0 stands for every port. The calling
 * process stays outside, removes the cgroup afterwards and ends as its child did.
 */
void enter_denying_cgroup(uint16_t port, int is_late);
