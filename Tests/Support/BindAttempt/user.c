#define _GNU_SOURCE
#include "attempt.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void become(unsigned uid)
{
	REQUIRE(setgroups(0, NULL) == 0);
	REQUIRE(setresgid(uid, uid, uid) == 0);
	/* Whoever was root and is not any more has no capability left. */
	REQUIRE(setresuid(uid, uid, uid) == 0);
}

static void write_line(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	REQUIRE(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
	close(file);
}

void enter_user_namespace(unsigned uid, unsigned inner)
{
	char map[64];

	become(uid);
	/* Root's files in /proc are not this user's to write, and a process that changed its user still has them. */
	REQUIRE(prctl(PR_SET_DUMPABLE, 1) == 0);
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	write_line("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%u %u 1", inner, uid);
	write_line("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%u %u 1", inner, uid);
	write_line("/proc/self/gid_map", map);
}
