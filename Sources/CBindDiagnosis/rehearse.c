#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attempt.h"

static struct cbinddiagnosis_rehearsal failed(enum cbinddiagnosis_step step, int error)
{
	return (struct cbinddiagnosis_rehearsal){.step = step, .error = error};
}

static struct cbinddiagnosis_address loopback(bool is_v6)
{
	return (struct cbinddiagnosis_address){.low = is_v6 ? 1 : INADDR_LOOPBACK, .is_v6 = is_v6};
}

/*
 * An address that bind() refuses after all other checks. For IPv4 192.0.2.1, which is for documentation (RFC 5737). For
 * IPv6 fe80::1 without an interface, which is an error whatever the settings are.
 */
static struct cbinddiagnosis_address foreign(bool is_v6)
{
	if (!is_v6)
		return (struct cbinddiagnosis_address){.low = 0xc0000201};
	return (struct cbinddiagnosis_address){.high = (uint64_t)0xfe80 << 48, .low = 1, .is_v6 = true};
}

/*
 * Gets a port for a socket by connect(), which other rules guard than bind(). UDP sends nothing then. A TCP socket in
 * repair mode sends nothing either, even at its end, but needs CAP_NET_ADMIN (tcp_connect and tcp_disconnect,
 * net/ipv4).
 */
static int take_port_by_connecting(int descriptor, const struct cbinddiagnosis_request *request)
{
	struct cbinddiagnosis_address peer = loopback(request->local.is_v6);
	int on = 1;

	/* The port of the discard protocol: nothing will be sent there. */
	peer.port = 9;
	if (!request->is_udp && setsockopt(descriptor, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) < 0)
		return errno;

	struct attempt_name name = attempt_name(&peer);

	return connect(descriptor, &name.name.any, name.size) < 0 ? errno : 0;
}

static struct cbinddiagnosis_rehearsal rehearse(const struct cbinddiagnosis_request *request, bool may_be_foreign)
{
	struct cbinddiagnosis_address other = loopback(request->local.is_v6);
	int descriptor = attempt_socket(request);
	int on = 1;

	if (descriptor < 0)
		return failed(CBINDDIAGNOSIS_SOCKET, -descriptor);
	/* So that the privilege for low ports is checked whatever the address is. IPv4 checks the address first. */
	setsockopt(descriptor, SOL_IP, IP_FREEBIND, &on, sizeof on);

	struct cbinddiagnosis_rehearsal result = {.step = CBINDDIAGNOSIS_BIND, .is_exact = true};

	result.without_port = attempt_bind(descriptor, &other);
	/* The loopback device is down. */
	if (result.without_port == EADDRNOTAVAIL) {
		other.low = 0;
		result.without_port = attempt_bind(descriptor, &other);
	}
	if (result.without_port == 0 || take_port_by_connecting(descriptor, request) == 0) {
		result.error = attempt_bind(descriptor, &request->local);
	} else if (request->local.is_v6 || !may_be_foreign) {
		close(descriptor);
		descriptor = attempt_socket(request);
		if (descriptor < 0)
			return failed(CBINDDIAGNOSIS_SOCKET, -descriptor);
		other = foreign(request->local.is_v6);
		other.port = request->local.port;
		result.is_exact = false;
		result.error = attempt_bind(descriptor, &other);
	} else {
		result = failed(CBINDDIAGNOSIS_PORT, result.without_port);
	}
	close(descriptor);
	return result;
}

struct cbinddiagnosis_rehearsal cbinddiagnosis_rehearse(struct cbinddiagnosis_request request, bool may_be_foreign)
{
	return rehearse(&request, may_be_foreign);
}

struct work {
	struct cbinddiagnosis_request request;
	bool may_be_foreign;
	struct cbinddiagnosis_rehearsal result;
};

static void *run(void *argument)
{
	struct work *work = argument;
	int lacking = attempt_set_capability(false);

	if (lacking != 0)
		work->result = failed(CBINDDIAGNOSIS_CAPABILITY, lacking);
	else
		work->result = rehearse(&work->request, work->may_be_foreign);
	return NULL;
}

struct cbinddiagnosis_rehearsal cbinddiagnosis_rehearse_unprivileged(
	struct cbinddiagnosis_request request, bool may_be_foreign)
{
	struct work work = {
		.request = request, .may_be_foreign = may_be_foreign, .result = failed(CBINDDIAGNOSIS_THREAD, EIO)};
	int error = attempt_apart(run, &work);

	return error == 0 ? work.result : failed(CBINDDIAGNOSIS_THREAD, error);
}
