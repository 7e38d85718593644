/*
 * System calls that Swift's Glibc module does not offer, and three that take paths. Swift passes a path as an array of
 * bytes without copying it, because a search makes a hundred thousand of these calls.
 *
 * The functions take numbers or the caller's memory and keep no state. On failure they return a negative errno. The C
 * variable errno has no meaning.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The status of a file, as far as searches need it. */
struct csocketowners_status {
	uint64_t inode;
	uint64_t device;
	int64_t size;
	uint64_t links;
	/* The last change of the inode, since 1970. */
	int64_t changed_seconds;
	int64_t changed_nanoseconds;
	uint32_t uid;
};

/* Open, read a link, read a status. Paths are relative to a directory and end with a zero. */
int csocketowners_open(int directory, const uint8_t *path, int is_directory);
ssize_t csocketowners_link(int directory, const uint8_t *path, uint8_t *buffer, size_t capacity);
int csocketowners_status(int directory, const uint8_t *path, struct csocketowners_status *status);

/* Fills the buffer with struct linux_dirent64 and returns the number of bytes. readdir would allocate memory. */
ssize_t csocketowners_entries(int directory, uint8_t *buffer, size_t capacity);

/* Returns 1 if a directory belongs to a mounted proc, else 0. Swift sees no header with the magic number. */
int csocketowners_is_proc(int directory);

/* Returns 0 if two threads share their descriptor table, 1 to 3 if not, and -EPERM if they may not be compared. */
int csocketowners_compare_tables(pid_t first, pid_t second);

/* Opens a process. The descriptor keeps leading to it when another process gets its id. */
int csocketowners_open_process(pid_t process);

/* Sends a signal to an open process. */
int csocketowners_signal(int process_descriptor, int signal);
