#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CBindDiagnosis.h"

/* Newer than the oldest supported headers. The numbers are the same on every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_lsm_list_modules
#define SYS_lsm_list_modules 461
#endif
#define LANDLOCK_VERSION 1u
/* The first number of a security module is that of the capabilities (LSM_ID_CAPABILITY, linux/lsm.h). */
#define FIRST_MODULE 100
#define MODULE_LIMIT 64

int64_t cbinddiagnosis_security_modules(void)
{
	uint64_t modules[MODULE_LIMIT];
	uint32_t size = sizeof modules;
	long count = syscall(SYS_lsm_list_modules, modules, &size, 0);
	int64_t set = 0;

	if (count < 0)
		return -errno;
	for (long index = 0; index < count && index < MODULE_LIMIT; index++) {
		/* The highest bit is the sign. */
		if (modules[index] >= FIRST_MODULE && modules[index] < FIRST_MODULE + 63)
			set |= (int64_t)1 << (modules[index] - FIRST_MODULE);
	}
	return set;
}

int cbinddiagnosis_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	return version < 0 ? -errno : (int)version;
}

static int count_programs(int cgroup, enum bpf_attach_type point)
{
	union bpf_attr attributes = {0};

	attributes.query.target_fd = (uint32_t)cgroup;
	attributes.query.attach_type = point;
	/* Including those of parent cgroups. */
	attributes.query.query_flags = BPF_F_QUERY_EFFECTIVE;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attributes, sizeof attributes) < 0)
		return -errno;
	return (int)attributes.query.prog_cnt;
}

struct cbinddiagnosis_programs cbinddiagnosis_programs(const char *cgroup, bool is_v6)
{
	struct cbinddiagnosis_programs result = {0};
	int directory = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0) {
		result.error = errno;
		return result;
	}
	result.before = count_programs(directory, is_v6 ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND);
	result.after = count_programs(directory, is_v6 ? BPF_CGROUP_INET6_POST_BIND : BPF_CGROUP_INET4_POST_BIND);
	close(directory);
	if (result.before < 0)
		result.error = -result.before;
	else if (result.after < 0)
		result.error = -result.after;
	return result;
}
