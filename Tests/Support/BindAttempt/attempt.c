#define _GNU_SOURCE
#include "attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* Fills an address of the family that its text has; returns its length. */
static socklen_t parse(const char *text, unsigned port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof *v4;
	}
	REQUIRE(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return sizeof *v6;
}

static int open_socket(int family, const char *protocol)
{
	if (strcmp(protocol, "tcp") == 0)
		return socket(family, SOCK_STREAM, IPPROTO_TCP);
	if (strcmp(protocol, "mptcp") == 0)
		return socket(family, SOCK_STREAM, IPPROTO_MPTCP);
	if (strcmp(protocol, "udp") == 0)
		return socket(family, SOCK_DGRAM, IPPROTO_UDP);
	errno = EINVAL;
	REQUIRE(strcmp(protocol, "udplite") == 0);
	return socket(family, SOCK_DGRAM, IPPROTO_UDPLITE);
}

static void set(int descriptor, int level, int option)
{
	int one = 1;

	REQUIRE(setsockopt(descriptor, level, option, &one, sizeof one) == 0);
}

/* Options that are not named stay at their defaults, as in most programs. */
static void apply(int descriptor, const char *option, struct sockaddr_storage *address)
{
	int is_v6 = address->ss_family == AF_INET6;

	if (strcmp(option, "reuseaddr") == 0) {
		set(descriptor, SOL_SOCKET, SO_REUSEADDR);
	} else if (strcmp(option, "reuseport") == 0) {
		set(descriptor, SOL_SOCKET, SO_REUSEPORT);
	} else if (strcmp(option, "v6only") == 0) {
		set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY);
	} else if (strcmp(option, "freebind") == 0) {
		set(descriptor, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_FREEBIND : IP_FREEBIND);
	} else if (strncmp(option, "device=", 7) == 0) {
		REQUIRE(setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, option + 7, (socklen_t)strlen(option + 7)) == 0);
	} else if (strncmp(option, "scope=", 6) == 0) {
		((struct sockaddr_in6 *)address)->sin6_scope_id = if_nametoindex(option + 6);
		REQUIRE(((struct sockaddr_in6 *)address)->sin6_scope_id != 0);
	} else {
		errno = EINVAL;
		fail(__FILE__, __LINE__);
	}
}

static int report(const char *call, int answer)
{
	printf("%s %d\n", call, answer < 0 ? errno : 0);
	return answer;
}

int attempt(char **words, int count)
{
	struct sockaddr_storage address;
	socklen_t length = parse(words[1], number(words[2]), &address);
	int descriptor = open_socket(address.ss_family, words[0]);

	if (descriptor < 0) {
		report("socket", descriptor);
		return 0;
	}
	for (int index = 3; index < count; index++)
		apply(descriptor, words[index], &address);
	if (report("bind", bind(descriptor, (struct sockaddr *)&address, length)) == 0 && strstr(words[0], "tcp"))
		report("listen", listen(descriptor, 1));
	return 0;
}
