#ifndef SOCKET_FARM_HOLDER_H
#define SOCKET_FARM_HOLDER_H

#include "plan.h"

/// The message of a holder to its parent when its sockets exist.
struct report {
    struct plan open;
    int error;       // errno of the step that failed, or 0
    char step[64];   // that step, for people
};

/// Opens the sockets of `plan`, with addresses that no other holder uses. The descriptors stay open on purpose: the
/// process owns them.
struct report holder_open(const struct plan *plan, int index);

/// Closes this many connections, spread over all of them, and opens as many new ones with the same descriptor numbers.
struct report holder_change(long pairs, int index);

#endif
