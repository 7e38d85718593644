#pragma once

#include <stdint.h>

/* Ends the program with status 99 and says which line failed, and why. */
_Noreturn void fail(const char *file, int line);

#define REQUIRE(condition) do { if (!(condition)) fail(__FILE__, __LINE__); } while (0)

void set_no_new_privileges(void);

/* Landlock: this process may bind TCP sockets to these ports and to no others. */
void allow_ports(const uint16_t *ports, int count);

/* seccomp: a system call fails with an errno, if its first argument is `first` or `first` is negative. */
void refuse_call(int number, int first, int error);

/*
 * A program of a cgroup: the rest of this process runs in a cgroup of its own, in which bind() of a port fails with EPERM,
 * before the kernel looks for a conflict or, if `is_late`, after it. Port 0 stands for every port. The calling process stays
 * behind, removes the cgroup afterwards and ends as its child did.
 */
void enter_denying_cgroup(uint16_t port, int is_late);
