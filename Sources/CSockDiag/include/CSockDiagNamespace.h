/*
 * Network namespaces of threads. They are part of CSockDiag because Swift's Glibc module lacks setns(2), which the C
 * library declares only with _GNU_SOURCE. Returns 0 or a negative errno and keeps nothing.
 */
#pragma once

/* Moves the calling thread into the network namespace of a descriptor; EINVAL for any other descriptor. */
int csockdiag_enter_network_namespace(int descriptor);
