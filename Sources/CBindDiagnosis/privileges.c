#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "CBindDiagnosis.h"

/* The C library has no function for it. */
struct cbinddiagnosis_capabilities cbinddiagnosis_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	struct cbinddiagnosis_capabilities result = {0};

	if (syscall(SYS_capget, &header, data) < 0) {
		result.error = errno;
		return result;
	}
	result.effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	for (int capability = 0; capability < 64; capability++) {
		int has = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);

		/* The kernel does not have this capability or any after it. */
		if (has < 0)
			break;
		result.bounding |= (uint64_t)has << capability;
	}
	result.no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	return result;
}

static bool is_same(const struct stat *first, const struct stat *second)
{
	return first->st_ino == second->st_ino && first->st_dev == second->st_dev;
}

/* The user namespace that owns the network namespace of a path: a descriptor or a negative errno. */
static int open_owner(const char *network_namespace)
{
	int network = open(network_namespace, O_RDONLY | O_CLOEXEC);

	if (network < 0)
		return -errno;

	int owner = ioctl(network, NS_GET_USERNS);
	int error = errno;

	close(network);
	return owner < 0 ? -error : owner;
}

int cbinddiagnosis_counts_in(const char *user_namespace, const char *network_namespace)
{
	struct stat wanted, own, status;

	if (stat(user_namespace, &wanted) < 0 || stat("/proc/thread-self/ns/user", &own) < 0)
		return -errno;

	int owner = open_owner(network_namespace);

	/* An owner is visible only in its own namespace and above, so a refusal is an answer about the caller. */
	if (owner == -EPERM && is_same(&wanted, &own))
		return 0;
	if (owner < 0)
		return owner;
	/* Ends at the caller's namespace: the parent of that is not visible to the caller either. */
	while (owner >= 0) {
		int error = fstat(owner, &status) < 0 ? errno : 0;

		if (error != 0 || is_same(&wanted, &status)) {
			close(owner);
			return error != 0 ? -error : 1;
		}

		int parent = ioctl(owner, NS_GET_PARENT);

		error = errno;
		close(owner);
		if (parent < 0 && error != EPERM)
			return -error;
		owner = parent;
	}
	return 0;
}

/* Swift does not see the extended attribute functions of the C library. */
struct cbinddiagnosis_file_rights cbinddiagnosis_file_rights(const char *path)
{
	struct cbinddiagnosis_file_rights result = {.set_user = -1};
	/* The longest of the formats: the older ones are its beginnings. */
	struct vfs_ns_cap_data attribute = {0};
	struct stat status;

	if (stat(path, &status) < 0) {
		result.error = errno;
		return result;
	}
	if (status.st_mode & S_ISUID)
		result.set_user = status.st_uid;
	/* No attribute, no support in the file system, or too long an attribute: none that has an effect. */
	if (getxattr(path, "security.capability", &attribute, sizeof attribute) > 0)
		result.permitted = (uint64_t)le32toh(attribute.data[1].permitted) << 32 | le32toh(attribute.data[0].permitted);
	return result;
}
