#include "restrained.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the oldest headers supported by this build: linux/landlock.h of Linux 6.7. */
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#endif
#define RULE_NET_PORT 2

/* The version of Landlock that knows ports: Linux 6.7. */
#define FIRST_VERSION_WITH_PORTS 4

struct net_ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
};

struct net_port {
	uint64_t allowed_access;
	uint64_t port;
};

static int knows_ports(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= FIRST_VERSION_WITH_PORTS;
}

void allow_ports(const uint16_t *ports, int count)
{
	struct net_ruleset attributes = {.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP};

	if (!knows_ports()) {
		errno = EOPNOTSUPP;
		fail(__FILE__, __LINE__);
	}

	int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

	REQUIRE(rules >= 0);
	for (int index = 0; index < count; index++) {
		struct net_port rule = {.allowed_access = LANDLOCK_ACCESS_NET_BIND_TCP, .port = ports[index]};

		REQUIRE(syscall(SYS_landlock_add_rule, rules, RULE_NET_PORT, &rule, 0) == 0);
	}
	set_no_new_privileges();
	REQUIRE(syscall(SYS_landlock_restrict_self, rules, 0) == 0);
	close(rules);
}
