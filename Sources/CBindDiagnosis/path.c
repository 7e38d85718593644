#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "CBindDiagnosis.h"

/* The length of sun_path. A path that fills it has no zero byte at its end. */
#define LONGEST sizeof((struct sockaddr_un){0}.sun_path)

static int read_file(const char *path, int flags, struct cbinddiagnosis_file *file)
{
	struct statx status;

	if (statx(AT_FDCWD, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, &status) < 0)
		return errno;
	*file = (struct cbinddiagnosis_file){
		.exists = true,
		.mode = status.stx_mode,
		.uid = status.stx_uid,
		.links = status.stx_nlink,
		.device_major = status.stx_dev_major,
		.device_minor = status.stx_dev_minor,
		.inode = status.stx_ino,
		.changed = status.stx_ctime.tv_sec,
		.mount = status.stx_mask & STATX_MNT_ID ? (int64_t)status.stx_mnt_id : -1,
	};
	return 0;
}

/* access(2) with the rights that bind() and connect() use: those of the thread, and not its real user's. */
static int permission(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 ? errno : 0;
}

/* Whether the kernel can search a folder. A dot at its end makes it check the folder itself. */
static int search(const char *path, size_t length)
{
	char folder[LONGEST + 4];
	int descriptor;

	memcpy(folder, path, length);
	memcpy(folder + length, "/.", sizeof "/.");
	descriptor = open(folder, O_PATH | O_CLOEXEC);
	if (descriptor < 0)
		return errno;
	close(descriptor);
	return 0;
}

/* Finds the first folder on the way that stops the kernel. */
static void look_at_folders(const char *path, size_t length, struct cbinddiagnosis_path *facts)
{
	for (size_t end = 1; end <= length; end++) {
		if (end < length && path[end] != '/')
			continue;
		if (path[end - 1] == '/')
			continue;
		facts->folder_error = search(path, end);
		facts->folder_error_length = end;
		if (facts->folder_error)
			return;
	}
}

static int contact(const char *path, size_t length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;

	if (descriptor < 0)
		return -1;
	memcpy(address.sun_path, path, length);
	if (connect(descriptor, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		error = errno;
	close(descriptor);
	return error;
}

static struct cbinddiagnosis_path look(const char *path)
{
	struct cbinddiagnosis_path facts = {.contact = -1};
	char folder[LONGEST + 4] = ".";
	char entry[2 * LONGEST + 8];
	size_t length = strnlen(path, LONGEST);
	size_t end = length;
	size_t begin;
	struct statfs system;
	struct statvfs flags;

	while (end > 0 && path[end - 1] == '/')
		end--;
	facts.has_trailing_slash = end < length;
	for (begin = end; begin > 0 && path[begin - 1] != '/';)
		begin--;
	facts.is_special = end == 0 || (end - begin == 1 && path[begin] == '.') ||
			   (end - begin == 2 && path[begin] == '.' && path[begin + 1] == '.');
	look_at_folders(path, begin, &facts);
	/* A relative path may begin in a folder that may not be searched. */
	if (!facts.folder_error && path[0] != '/' && begin == 0)
		facts.folder_error = search(".", 1);
	if (begin > 0) {
		memcpy(folder, path, begin);
		folder[begin] = 0;
	}
	if (!facts.folder_error) {
		memcpy(entry, path, end);
		entry[end] = 0;
		facts.name_error = end == 0 ? 0 : read_file(entry, AT_SYMLINK_NOFOLLOW, &facts.name);
		/* The folder is read without a search in it. */
		read_file(folder, 0, &facts.folder);
		facts.create_error = permission(folder, W_OK | X_OK);
		facts.is_read_only = statvfs(folder, &flags) == 0 && flags.f_flag & ST_RDONLY;
		facts.file_system = statfs(folder, &system) == 0 ? (int64_t)system.f_type : 0;
	}
	/* The caller's string ends behind its last byte, also where the path has 108. */
	memcpy(entry, path, length);
	entry[length] = 0;
	facts.target_error = read_file(entry, 0, &facts.target);
	if (!facts.target_error) {
		facts.write_error = permission(entry, W_OK);
		if (S_ISSOCK(facts.target.mode) && !facts.write_error)
			facts.contact = contact(path, length);
	}
	return facts;
}

struct errand {
	const char *path;
	struct cbinddiagnosis_place place;
	struct cbinddiagnosis_path facts;
};

/* The system calls change the thread alone; the C library's would change the process. */
static int become(struct cbinddiagnosis_place place)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	int uid = (int)place.uid;
	int gid = (int)place.gid;

	if (syscall(SYS_setgroups, place.group_count, place.groups) < 0)
		return errno;
	setfsgid(place.gid);
	setfsuid(place.uid);
	/* They return what was in force before. */
	if (setfsgid(place.gid) != gid || setfsuid(place.uid) != uid)
		return EPERM;
	if (syscall(SYS_capget, &header, data) < 0)
		return errno;
	data[0].effective = data[0].permitted & (uint32_t)place.capabilities;
	data[1].effective = data[1].permitted & (uint32_t)(place.capabilities >> 32);
	return syscall(SYS_capset, &header, data) < 0 ? errno : 0;
}

static void *run(void *argument)
{
	struct errand *errand = argument;
	struct cbinddiagnosis_place place = errand->place;
	int error = 0;

	if (place.root >= 0 || place.directory >= 0) {
		/* Threads share their root and working directory until then. */
		if (unshare(CLONE_FS) < 0)
			error = errno;
		if (!error && place.root >= 0 && (fchdir(place.root) < 0 || chroot(".") < 0))
			error = errno;
		if (!error && place.directory >= 0 && fchdir(place.directory) < 0)
			error = errno;
	}
	if (!error && place.changes_user)
		error = become(place);
	if (error)
		errand->facts = (struct cbinddiagnosis_path){.place_error = error, .contact = -1};
	else
		errand->facts = look(errand->path);
	return NULL;
}

struct cbinddiagnosis_path cbinddiagnosis_look(const char *path, struct cbinddiagnosis_place place)
{
	struct errand errand = {.path = path, .place = place};
	pthread_t thread;
	int error;

	if (place.root < 0 && place.directory < 0 && !place.changes_user)
		return look(path);
	error = pthread_create(&thread, NULL, run, &errand);
	if (error)
		return (struct cbinddiagnosis_path){.place_error = error, .contact = -1};
	pthread_join(thread, NULL);
	return errand.facts;
}
