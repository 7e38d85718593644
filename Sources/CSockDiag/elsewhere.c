#define _GNU_SOURCE
#include "CSockDiag.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

struct opening {
	int namespace;
	int bus;
	struct mnl_socket *socket;
	int result;
};

static void *open_there(void *context)
{
	struct opening *opening = context;

	opening->result = setns(opening->namespace, CLONE_NEWNET) < 0 ? -errno : csockdiag_open(opening->bus, &opening->socket);
	return NULL;
}

/* A thread that ends with its task. A thread that had to return to its namespace could fail to do so, and would be
   lost to the process. */
int csockdiag_open_in(int network_namespace, int bus, struct mnl_socket **result)
{
	struct opening opening = { .namespace = network_namespace, .bus = bus };
	pthread_t thread;
	int error = pthread_create(&thread, NULL, open_there, &opening);

	if (error != 0)
		return -error;
	error = pthread_join(thread, NULL);
	if (error != 0)
		return -error;
	if (opening.result == 0)
		*result = opening.socket;
	return opening.result;
}
