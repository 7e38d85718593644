/*
 * Threads that poll. It is part of CSockDiag because Swift's Glibc module lacks both functions.
 */
#pragma once

/* Gives the calling thread a name, of which the first 15 bytes are kept. */
void csockdiag_name_thread(const char *name);

/* Opens an eventfd that does not block, to wake a thread in poll(2). Returns its descriptor or a negative errno. */
int csockdiag_wakeup_open(void);
