/*
 * The system calls that start and trace a program. They are in C for three reasons: ptrace() is variadic, no Swift code may
 * run between fork() and exec(), and a signal handler may not run Swift code either.
 *
 * Each function takes numbers or the caller's memory, and returns a negative errno on failure; the C variable errno means
 * nothing afterwards. The only state is that of the signal handling, which a process has once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals of this process while commands run (signals.c) */

/*
 * Changes the signal handling: SIGINT and SIGQUIT are ignored, SIGTERM and SIGHUP are passed on to the commands, SIGCHLD is
 * not ignored. Calls are counted: the first one changes it, the last cbindtrace_signals_end() restores it.
 */
void cbindtrace_signals_begin(void);

/* Passes signals on to a process, until cbindtrace_signals_forget() is called with the slot that this returns. */
int cbindtrace_signals_forward(pid_t process);
void cbindtrace_signals_forget(int slot);

void cbindtrace_signals_end(void);

/* In a forked child: restores the earlier signal handling, and blocks no signal. Async-signal-safe. */
void cbindtrace_signals_restore_in_child(void);

/* Blocks every signal but SIGCHLD in the calling thread: they are for the threads of the embedding program. */
void cbindtrace_signals_block(void);

/* The command (start.c) */

struct cbindtrace_child {
	int32_t process;
	/* The parent's end of a socket pair between the two. */
	int32_t channel;
	int32_t error;
};

/*
 * Forks a child that waits for cbindtrace_release() and then becomes the program: `count` NUL-terminated arguments, one
 * after the other in memory; the first is looked up in PATH. The standard streams, the process group and the namespaces
 * are the caller's.
 */
struct cbindtrace_child cbindtrace_start(const char *arguments, size_t count);

/* Lets the child become the program. */
int cbindtrace_release(int channel);

/* The errno of the exec() of a child that has ended, 0 if there is none. */
int cbindtrace_fault(int channel);

/* Ends a child that has not become the program, and reaps it. */
void cbindtrace_abandon(pid_t process);

/* Whether a child has ended. It is not reaped. */
bool cbindtrace_has_ended(pid_t process);

/* Waits for the end of a child that is no longer traced; its wait status goes to `status`. */
int cbindtrace_wait_for_end(pid_t process, int32_t *status);

/* Reaps a child when it ends, on a thread of its own. */
void cbindtrace_reap_later(pid_t process);

/* Tracing (trace.c). A tracee belongs to the thread that attached it, so all of these are called on one thread. */

enum cbindtrace_kind {
	/* It ended; `number` is the exit code. */
	CBINDTRACE_EXITED,
	/* It was killed; `number` is the signal. */
	CBINDTRACE_KILLED,
	/* It is at the entry or the exit of a system call. */
	CBINDTRACE_CALL,
	/* It has become another program; `number` is the id that the thread had before. */
	CBINDTRACE_EXECUTED,
	/* It is about to get the signal `number`. */
	CBINDTRACE_SIGNAL,
	/* A stop signal has stopped it, as it would without a tracer. */
	CBINDTRACE_GROUP_STOP,
	/* It has stopped for the tracer: it is new, or continued after a group stop, or it has a new child or thread. */
	CBINDTRACE_PAUSE,
	/* Not a tracee: cbindtrace_wake() was called. */
	CBINDTRACE_WOKEN,
};

struct cbindtrace_event {
	int32_t thread;
	enum cbindtrace_kind kind;
	int32_t number;
	bool dumped_core;
};

/* Attaches to a process that may be running; its children and threads are traced as soon as they exist. */
int cbindtrace_seize(pid_t process);

/* Opens a descriptor with which another thread wakes the thread in cbindtrace_next(). */
int cbindtrace_wake_open(void);
void cbindtrace_wake(int wake);

/*
 * Waits for the next event of the tracees of the calling thread, and of no other child: -ECHILD when none is left. With
 * `wake`, cbindtrace_wake() ends the wait too, and an event may be seen up to a millisecond late. With -1 it sleeps.
 */
int cbindtrace_next(struct cbindtrace_event *event, int wake);

/* Lets a stopped tracee run to its next system call, with a signal or 0. */
int cbindtrace_resume(pid_t thread, int signal);

/* Leaves a tracee in its group stop; its end is still reported. */
int cbindtrace_listen(pid_t thread);

enum cbindtrace_phase { CBINDTRACE_NEITHER, CBINDTRACE_ENTRY, CBINDTRACE_EXIT };

struct cbindtrace_call {
	enum cbindtrace_phase phase;
	/* AUDIT_ARCH_* */
	uint32_t architecture;
	/* At the entry. */
	uint64_t number;
	uint64_t arguments[6];
	/* At the exit. */
	int64_t result;
};

/* Reads the system call of a stopped tracee, or its result: -EIO before Linux 5.3. */
int cbindtrace_call(pid_t thread, struct cbindtrace_call *call);

/* Copies from a tracee's memory; returns how many bytes could be read. */
ssize_t cbindtrace_read(pid_t thread, uint64_t address, uint8_t *buffer, size_t capacity);

/* Whether a thread belongs to a process, even if it may not be signalled. */
bool cbindtrace_is_thread_of(pid_t process, pid_t thread);

/* Sockets of a tracee (socket.c) */

struct cbindtrace_socket {
	int32_t family;
	int32_t type;
	int32_t protocol;
	/* The result of getsockname(): a struct sockaddr_in, sockaddr_in6 or sockaddr_un. */
	uint32_t length;
	uint8_t address[110];
};

/* Whether a thread uses the descriptor table of its process (1) or has its own (0). */
int cbindtrace_shares_descriptors(pid_t process, pid_t thread);

/*
 * Examines the socket behind a descriptor of a thread: -ENOTSOCK if it is no socket. Needs Linux 5.6, and 6.9 for a thread
 * with its own table.
 */
int cbindtrace_examine(pid_t process, pid_t thread, int descriptor, struct cbindtrace_socket *socket);
