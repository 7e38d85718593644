#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Calls of malloc, calloc, realloc and the aligned kin by this process, every thread and library included.
uint64_t allocation_count(void);

/// Whether the counter stands between the program and its allocator: glibc only.
bool allocation_count_is_available(void);

#endif
