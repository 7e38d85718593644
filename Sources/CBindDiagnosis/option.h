#pragma once

#include <stdint.h>

#include "CBindDiagnosis.h"

/* Newer than the oldest supported headers. */
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

/* One table for setting and reading, so that a bit has the same meaning in both. */
struct option_name {
	uint8_t bit;
	/* 0 for none in this family. */
	int level;
	int name;
	int level_v6;
	int name_v6;
};

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

#define OPTION_COUNT 6

extern const struct option_name option_names[OPTION_COUNT];

/* 0 or a positive errno; ENOPROTOOPT if the family does not have the option. */
int option_set(int descriptor, const struct option_name *option, bool is_v6, int value);
int option_get(int descriptor, const struct option_name *option, bool is_v6, int *value);
