#define _GNU_SOURCE
#include "option.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

const struct option_name option_names[OPTION_COUNT] = {
	{CBINDDIAGNOSIS_REUSE_ADDRESS, SOL_SOCKET, SO_REUSEADDR, SOL_SOCKET, SO_REUSEADDR},
	{CBINDDIAGNOSIS_REUSE_PORT, SOL_SOCKET, SO_REUSEPORT, SOL_SOCKET, SO_REUSEPORT},
	{CBINDDIAGNOSIS_V6_ONLY, 0, 0, SOL_IPV6, IPV6_V6ONLY},
	{CBINDDIAGNOSIS_FREEBIND, SOL_IP, IP_FREEBIND, SOL_IPV6, IPV6_FREEBIND},
	{CBINDDIAGNOSIS_TRANSPARENT, SOL_IP, IP_TRANSPARENT, SOL_IPV6, IPV6_TRANSPARENT},
	/* An IPv6 socket has it only under the level of IPv4. */
	{CBINDDIAGNOSIS_BIND_ADDRESS_NO_PORT, SOL_IP, IP_BIND_ADDRESS_NO_PORT, SOL_IP, IP_BIND_ADDRESS_NO_PORT},
};

int option_set(int descriptor, const struct option_name *option, bool is_v6, int value)
{
	int level = is_v6 ? option->level_v6 : option->level;
	int name = is_v6 ? option->name_v6 : option->name;

	if (name == 0)
		return ENOPROTOOPT;
	return setsockopt(descriptor, level, name, &value, sizeof value) < 0 ? errno : 0;
}

int option_get(int descriptor, const struct option_name *option, bool is_v6, int *value)
{
	int level = is_v6 ? option->level_v6 : option->level;
	int name = is_v6 ? option->name_v6 : option->name;
	socklen_t size = sizeof *value;

	if (name == 0)
		return ENOPROTOOPT;
	return getsockopt(descriptor, level, name, value, &size) < 0 ? errno : 0;
}
