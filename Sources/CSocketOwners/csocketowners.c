#define _GNU_SOURCE
#include "CSocketOwners.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int csocketowners_open(int directory, const uint8_t *path, int is_directory)
{
	int flags = O_RDONLY | O_CLOEXEC | (is_directory ? O_DIRECTORY : 0);
	int file = openat(directory, (const char *)path, flags);

	return file < 0 ? -errno : file;
}

ssize_t csocketowners_link(int directory, const uint8_t *path, uint8_t *buffer, size_t capacity)
{
	ssize_t length = readlinkat(directory, (const char *)path, (char *)buffer, capacity);

	return length < 0 ? -errno : length;
}

int csocketowners_status(int directory, const uint8_t *path, struct csocketowners_status *status)
{
	struct stat result;

	if (fstatat(directory, (const char *)path, &result, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	status->inode = result.st_ino;
	status->device = result.st_dev;
	status->size = result.st_size;
	status->links = result.st_nlink;
	status->changed_seconds = result.st_ctim.tv_sec;
	status->changed_nanoseconds = result.st_ctim.tv_nsec;
	status->uid = result.st_uid;
	return 0;
}

ssize_t csocketowners_entries(int directory, uint8_t *buffer, size_t capacity)
{
	long length = syscall(SYS_getdents64, directory, buffer, capacity);

	return length < 0 ? -errno : length;
}

int csocketowners_is_proc(int directory)
{
	struct statfs status;

	if (fstatfs(directory, &status) < 0)
		return -errno;
	return status.f_type == PROC_SUPER_MAGIC;
}

int csocketowners_compare_tables(pid_t first, pid_t second)
{
	long order = syscall(SYS_kcmp, first, second, KCMP_FILES, 0, 0);

	return order < 0 ? -errno : (int)order;
}

int csocketowners_open_process(pid_t process)
{
	long descriptor = syscall(SYS_pidfd_open, process, 0);

	return descriptor < 0 ? -errno : (int)descriptor;
}

int csocketowners_signal(int process_descriptor, int signal)
{
	return syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0) < 0 ? -errno : 0;
}
