/*
 * Puts a restraint on itself and becomes a command, which has it then:
 *
 *   restrained landlock-bind PORT… -- COMMAND      Landlock: may bind these TCP ports and no others; none is possible
 *   restrained seccomp-bind ERRNO -- COMMAND       bind() fails with ERRNO, a name or a number
 *   restrained no-family FAMILY ERRNO -- COMMAND   socket() of a family, a number, fails with ERRNO
 *   restrained no-new-privs -- COMMAND
 *   restrained masked-sysctl -- COMMAND            nothing is in /proc/sys, in a mount namespace of its own
 *   restrained masked-proc -- COMMAND              nothing is in /proc, likewise
 *   restrained cgroup-bpf-deny PORT -- COMMAND     a program of the cgroup denies the port, 0 for every port, before the kernel
 *                                                  looks for a conflict
 *   restrained cgroup-bpf-deny-late PORT -- COMMAND   the same, afterwards
 *   restrained old-release -- COMMAND              uname(2) says 2.6
 *
 * COMMAND may be this program again. Status 99 says that a restraint could not be had.
 */
#define _GNU_SOURCE
#include "restrained.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than some headers: linux/personality.h. */
#define UNAME_2_6 0x0020000

void fail(const char *file, int line)
{
	const char *name = strrchr(file, '/');

	fprintf(stderr, "restrained: %s:%d: %s\n", name ? name + 1 : file, line, strerror(errno));
	_exit(99);
}

void set_no_new_privileges(void)
{
	REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

static _Noreturn void misused(void)
{
	fputs("restrained: MODE ARGUMENT… -- COMMAND…\n", stderr);
	_exit(99);
}

static int number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == 0 || *end != 0 || value < 0 || value > 65535)
		misused();
	return (int)value;
}

static int error_number(const char *text)
{
	for (int error = 1; error < 200; error++) {
		const char *name = strerrorname_np(error);

		if (name && strcmp(name, text) == 0)
			return error;
	}
	return number(text);
}

static void mask(const char *directory)
{
	REQUIRE(unshare(CLONE_NEWNS) == 0);
	REQUIRE(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	REQUIRE(mount("none", directory, "tmpfs", MS_RDONLY, NULL) == 0);
}

static void restrain(const char *mode, char **arguments, int count)
{
	if (strcmp(mode, "landlock-bind") == 0) {
		uint16_t ports[64];

		if (count > 64)
			misused();
		for (int index = 0; index < count; index++)
			ports[index] = (uint16_t)number(arguments[index]);
		allow_ports(ports, count);
	} else if (strcmp(mode, "seccomp-bind") == 0 && count == 1) {
		refuse_call(SYS_bind, -1, error_number(arguments[0]));
	} else if (strcmp(mode, "no-family") == 0 && count == 2) {
		refuse_call(SYS_socket, number(arguments[0]), error_number(arguments[1]));
	} else if (strcmp(mode, "no-new-privs") == 0 && count == 0) {
		set_no_new_privileges();
	} else if (strcmp(mode, "masked-sysctl") == 0 && count == 0) {
		mask("/proc/sys");
	} else if (strcmp(mode, "masked-proc") == 0 && count == 0) {
		mask("/proc");
	} else if (strcmp(mode, "cgroup-bpf-deny") == 0 && count == 1) {
		enter_denying_cgroup((uint16_t)number(arguments[0]), 0);
	} else if (strcmp(mode, "cgroup-bpf-deny-late") == 0 && count == 1) {
		enter_denying_cgroup((uint16_t)number(arguments[0]), 1);
	} else if (strcmp(mode, "old-release") == 0 && count == 0) {
		REQUIRE(personality(UNAME_2_6) >= 0);
	} else {
		misused();
	}
}

int main(int count, char **words)
{
	int separator = 2;

	while (separator < count && strcmp(words[separator], "--") != 0)
		separator++;
	if (separator + 1 >= count)
		misused();
	restrain(words[1], words + 2, separator - 2);
	execvp(words[separator + 1], words + separator + 1);
	fail(__FILE__, __LINE__);
}
