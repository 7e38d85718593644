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
	/* A process that was root and has changed its user keeps no capability. */
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
	/* After a change of user, files in /proc still belong to root, and this user may not write them. */
	REQUIRE(prctl(PR_SET_DUMPABLE, 1) == 0);
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	write_line("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%u %u 1", inner, uid);
	write_line("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%u %u 1", inner, uid);
	write_line("/proc/self/gid_map", map);
}
