/*
 * Binds once and says what the kernel answered, or becomes a command as another user:
 *
 *   bind-attempt as UID -- COMMAND             as a user, who has no capability unless it is root
 *   bind-attempt userns UID INNER -- COMMAND   as that user in a new user namespace, which maps it to INNER and no other user
 *   bind-attempt bind PROTOCOL ADDRESS PORT [reuseaddr] [reuseport] [v6only] [freebind] [scope=NAME] [device=NAME]
 *
 * PROTOCOL is tcp, udp, mptcp or udplite. It prints a line for each call: its name, and the number of its error or 0.
 *
 * COMMAND may be this program again. Status 99 says that the program could not do its part.
 */
#define _GNU_SOURCE
#include "attempt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fail(const char *file, int line)
{
	const char *name = strrchr(file, '/');

	fprintf(stderr, "bind-attempt: %s:%d: %s\n", name ? name + 1 : file, line, strerror(errno));
	_exit(99);
}

static _Noreturn void misused(void)
{
	fputs("bind-attempt: as UID | userns UID INNER -- COMMAND, or bind PROTOCOL ADDRESS PORT OPTION…\n", stderr);
	_exit(99);
}

unsigned number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == 0 || *end != 0 || value > 0xfffffffe)
		misused();
	return (unsigned)value;
}

int main(int count, char **words)
{
	int command = 0;

	if (count >= 5 && strcmp(words[1], "bind") == 0) {
		int status = attempt(words + 2, count - 2);

		/* Exits directly: a sanitizer's search for leaks does not work under a tracer. */
		fflush(stdout);
		_exit(status);
	}
	if (count >= 5 && strcmp(words[1], "as") == 0 && strcmp(words[3], "--") == 0) {
		become(number(words[2]));
		command = 4;
	} else if (count >= 6 && strcmp(words[1], "userns") == 0 && strcmp(words[4], "--") == 0) {
		enter_user_namespace(number(words[2]), number(words[3]));
		command = 5;
	} else {
		misused();
	}
	execvp(words[command], words + command);
	fail(__FILE__, __LINE__);
}
