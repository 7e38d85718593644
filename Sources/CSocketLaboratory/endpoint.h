#ifndef SOCKET_LABORATORY_ENDPOINT_H
#define SOCKET_LABORATORY_ENDPOINT_H

#include <sys/socket.h>

#include "CSocketLaboratory.h"

/// Writes the endpoint as a socket address and returns its length.
socklen_t socklab_to_sockaddr(struct socklab_endpoint endpoint, struct sockaddr_storage *storage);
struct socklab_endpoint socklab_from_sockaddr(const struct sockaddr_storage *storage);

#endif
