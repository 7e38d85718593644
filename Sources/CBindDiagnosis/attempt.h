/* Shared parts of attempts at bind(). */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "CBindDiagnosis.h"

/* Makes a socket for a request: a descriptor or a negative errno. */
int attempt_socket(const struct cbinddiagnosis_request *request);

/* Binds: 0 or a positive errno. */
int attempt_bind(int descriptor, const struct cbinddiagnosis_address *local);

struct attempt_name {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	socklen_t size;
};

/* An address in the form of system calls. */
struct attempt_name attempt_name(const struct cbinddiagnosis_address *local);

/* Adds the capability to bind low ports to the calling thread, or removes it: 0 or a positive errno. */
int attempt_set_capability(bool wanted);

/* Runs a function on a separate thread, whose user and capabilities it may change: 0 or a positive errno. */
int attempt_apart(void *(*body)(void *), void *argument);
