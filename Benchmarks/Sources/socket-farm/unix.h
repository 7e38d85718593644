#ifndef SOCKET_FARM_UNIX_H
#define SOCKET_FARM_UNIX_H

/// Holds `count` UNIX sockets until standard input ends, and prints the line `ready` when they stand: listeners with
/// abstract names, accepted connections with both ends, pairs, and datagram sockets with names. No other UNIX socket is
/// made. Returns the exit status.
int unix_farm(long count);

#endif
