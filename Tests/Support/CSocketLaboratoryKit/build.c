#include "CSocketLaboratoryKit.h"

bool socklab_is_thread_sanitized(void) {
#if defined(__has_feature) && __has_feature(thread_sanitizer)
  return 1;
#else
  return 0;
#endif
}

bool socklab_is_address_sanitized(void) {
#if defined(__has_feature) && __has_feature(address_sanitizer)
  return 1;
#else
  return 0;
#endif
}
