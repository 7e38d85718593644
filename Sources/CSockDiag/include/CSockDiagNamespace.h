/*
 * Network namespaces of threads. A part of CSockDiag because Swift's Glibc module has no setns(2), which the C library
 * declares with _GNU_SOURCE only. Returns 0 or a negative errno and keeps nothing.
 */
#pragma once

/* Moves the calling thread into the network namespace that a descriptor refers to; EINVAL for any other descriptor. */
int csockdiag_enter_network_namespace(int descriptor);
