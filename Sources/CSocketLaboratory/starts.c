#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>

#include "CSocketLaboratory.h"

// Shared by threads that start a process, exclusive to threads that forbid starts. The exclusive ones go first, because
// their work is short and starts may follow one another without end. A child never uses this lock.
static pthread_rwlock_t starts = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

// Both fail if this thread already forbids starts. Then no other thread starts a process anyway.
bool socklab_start_begin(void) { return pthread_rwlock_rdlock(&starts) == 0; }

bool socklab_starts_hold_off(void) { return pthread_rwlock_wrlock(&starts) == 0; }

void socklab_starts_go_on(bool was_taken) {
  if (was_taken) pthread_rwlock_unlock(&starts);
}

void socklab_close_before_exec(void *actions, int first) {
  // If the C library has no such action, a copy may live a moment longer than the call.
#if __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(actions, first);
#else
  (void)actions;
  (void)first;
#endif
}
