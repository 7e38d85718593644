#ifndef SOCKET_FARM_HOLDER_H
#define SOCKET_FARM_HOLDER_H

#include "plan.h"

/// What a holder tells the parent once its sockets stand.
struct report {
    struct plan open;
    int error;       // errno of the step that failed, or 0
    char step[64];   // that step, for people
};

/// Opens the sockets of `plan`, with addresses that no other holder uses. The descriptors are left open on purpose: the
/// process is their owner.
struct report holder_open(const struct plan *plan, int index);

/// Closes that many connections, spread over all of them, and opens as many new ones, which take the same numbers.
struct report holder_change(long pairs, int index);

#endif
