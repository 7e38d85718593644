/*
 * Network namespaces, and threads to visit them. They are part of CSockDiag because Swift's Glibc module lacks setns(2),
 * which the C library declares only with _GNU_SOURCE, and ioctl(2). Every function returns 0 or a negative errno and keeps
 * nothing.
 */
#pragma once

#include <stdint.h>

/* Moves the calling thread into the network namespace of a descriptor; EINVAL for any other descriptor. */
int csockdiag_enter_network_namespace(int descriptor);

/*
 * Stores what identifies the network namespace of a descriptor: the device and the inode of its file in nsfs, which no
 * other namespace has at the same time. EINVAL for any other descriptor.
 */
int csockdiag_identify_network_namespace(int descriptor, uint64_t *device, uint64_t *inode);

/*
 * Runs a function on a new thread, and waits for the thread's end.
 *
 * A thread that moved to another namespace and had to return could fail to do so, and would be lost to the process. This
 * one ends instead. All signals are blocked in it.
 */
int csockdiag_run_on_thread(void (*work)(void *), void *context);

/* The same without waiting. */
int csockdiag_start_thread(void (*work)(void *), void *context);
