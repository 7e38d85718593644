#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// The number of calls of malloc, calloc, realloc and the aligned variants by this process, in all threads and
/// libraries.
uint64_t allocation_count(void);

/// Whether the counter intercepts allocations: glibc only.
bool allocation_count_is_available(void);

#endif
