/*
 * System calls with which a program is started and traced: ptrace() is variadic, fork() may return twice only where
 * nothing of Swift runs between it and exec, and a signal handler may use no Swift either.
 *
 * Each takes and gives numbers or the caller's memory and returns a negative errno on failure; the C variable errno is
 * left without meaning. The only state is that of the signal dispositions, which a process has once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals of this process while commands run (signals.c) */

/*
 * Changes the dispositions: SIGINT and SIGQUIT are ignored, SIGTERM and SIGHUP are passed on to the commands, SIGCHLD is
 * not ignored. Counted: the first call changes them, the last cbindtrace_signals_end() gives back what there was.
 */
void cbindtrace_signals_begin(void);

/* Passes signals on to a process from now on, until cbindtrace_signals_forget() with what this returns. */
int cbindtrace_signals_forward(pid_t process);
void cbindtrace_signals_forget(int slot);

void cbindtrace_signals_end(void);

/* In a forked child: what the command would have had without us, and no signal blocked. Async-signal-safe. */
void cbindtrace_signals_restore_in_child(void);

/* Blocks every signal but SIGCHLD in the calling thread: they are for the threads of whoever embeds this. */
void cbindtrace_signals_block(void);

/* The command (start.c) */

struct cbindtrace_child {
	int32_t process;
	/* The parent's end of what the two have to say to each other. */
	int32_t channel;
	int32_t error;
};

/*
 * Forks a child that waits for cbindtrace_release() and then becomes the program: `count` NUL-terminated arguments laid
 * end to end, the first looked up in PATH. The standard streams, the process group and the namespaces are the caller's.
 */
struct cbindtrace_child cbindtrace_start(const char *arguments, size_t count);

/* Lets the child become the program. */
int cbindtrace_release(int channel);

/* The errno for which a child that ended could not become the program, 0 if there is none. */
int cbindtrace_fault(int channel);

/* Ends a child that has not become the program, and reaps it. */
void cbindtrace_abandon(pid_t process);

/* Whether a child has ended, which stays to be waited for. */
bool cbindtrace_has_ended(pid_t process);

/* Waits for the end of a child that is traced no longer; its wait status goes to `status`. */
int cbindtrace_wait_for_end(pid_t process, int32_t *status);

/* Reaps a child whenever it ends, without anybody waiting. */
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
	/* It is stopped by a stop signal, as it would be without us. */
	CBINDTRACE_GROUP_STOP,
	/* It has stopped for us: new, awake after a group stop, or a parent of a new one. */
	CBINDTRACE_PAUSE,
	/* No tracee: cbindtrace_wake() was called. */
	CBINDTRACE_WOKEN,
};

struct cbindtrace_event {
	int32_t thread;
	enum cbindtrace_kind kind;
	int32_t number;
	bool dumped_core;
};

/* Becomes the tracer of a process that may be running; its children and threads are traced as soon as they exist. */
int cbindtrace_seize(pid_t process);

/* A descriptor by which another thread wakes the one that waits in cbindtrace_next(). */
int cbindtrace_wake_open(void);
void cbindtrace_wake(int wake);

/*
 * The next event of whatever the calling thread traces, and of nothing else: -ECHILD when there is nothing left. With
 * `wake` the wait also ends by cbindtrace_wake(), and an event may be seen up to a millisecond late; with -1 it does not.
 */
int cbindtrace_next(struct cbindtrace_event *event, int wake);

/* Lets a stopped tracee run to its next system call, with a signal or 0. */
int cbindtrace_resume(pid_t thread, int signal);

/* Leaves a tracee in its group stop, but hears of its end. */
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

/* What a stopped tracee asks of the kernel, or got: -EIO before Linux 5.3. */
int cbindtrace_call(pid_t thread, struct cbindtrace_call *call);

/* Copies from a tracee's memory; returns how many bytes there were. */
ssize_t cbindtrace_read(pid_t thread, uint64_t address, uint8_t *buffer, size_t capacity);

/* Whether a thread is one of a process; also where it may not be signalled. */
bool cbindtrace_is_thread_of(pid_t process, pid_t thread);

/* Sockets of a tracee (socket.c) */

struct cbindtrace_socket {
	int32_t family;
	int32_t type;
	int32_t protocol;
	/* What getsockname() says: a struct sockaddr_in, sockaddr_in6 or sockaddr_un. */
	uint32_t length;
	uint8_t address[110];
};

/* Whether a thread has the descriptor table of its process (1) or one of its own (0). */
int cbindtrace_shares_descriptors(pid_t process, pid_t thread);

/* What is behind a descriptor of a thread: -ENOTSOCK if no socket is. Linux 5.6; 6.9 for a table of the thread's own. */
int cbindtrace_examine(pid_t process, pid_t thread, int descriptor, struct cbindtrace_socket *socket);
