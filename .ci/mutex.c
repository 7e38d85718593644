// Shows the thread sanitizer the locks of the standard library's Mutex.
//
// A Mutex takes and gives back its lock in code that the compiler puts into the program, and the sanitizer sees that. When
// two threads want it at once, the rest happens in libswiftSynchronization, which is not instrumented: the sanitizer then
// takes the two for a race. These functions stand before those of the library, tell the sanitizer, and call them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Tools that are linked with this file and run without the sanitizer have neither.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
  SWIFT void (*of_library)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK);
  of_library(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
  SWIFT void (*of_library)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(mutex);
  of_library(mutex);
}
