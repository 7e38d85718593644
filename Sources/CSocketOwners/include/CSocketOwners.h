/*
 * System calls for which the C library has no function, or none that Swift's Glibc module shows; and three that take
 * paths, which come here as the bytes that they are: Swift passes an array of them without copying, and a walk makes a
 * hundred thousand.
 *
 * Each takes and gives numbers or the caller's memory, keeps no state and returns a negative errno on failure; the C
 * variable errno is left without meaning.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is read of a file's status. */
struct csocketowners_status {
	uint64_t inode;
	uint64_t device;
	int64_t size;
	uint64_t links;
	/* Of the last change of the inode, since 1970. */
	int64_t changed_seconds;
	int64_t changed_nanoseconds;
	uint32_t uid;
};

/* Paths are relative to a directory and end with a zero. */
int csocketowners_open(int directory, const uint8_t *path, int is_directory);
ssize_t csocketowners_link(int directory, const uint8_t *path, uint8_t *buffer, size_t capacity);
int csocketowners_status(int directory, const uint8_t *path, struct csocketowners_status *status);

/* Fills the buffer with struct linux_dirent64 and returns how many bytes: readdir allocates, and hides how much it read. */
ssize_t csocketowners_entries(int directory, uint8_t *buffer, size_t capacity);

/* Whether a directory is of a mounted proc (1) or not (0): its magic number is in no header that Swift sees. */
int csocketowners_is_proc(int directory);

/* 0 if two threads share their descriptor table, 1 to 3 if not. -EPERM where they may not be compared. */
int csocketowners_compare_tables(pid_t first, pid_t second);

/* A descriptor of a process, which stays with it when the process id is used again. */
int csocketowners_open_process(pid_t process);

int csocketowners_signal(int process_descriptor, int signal);
