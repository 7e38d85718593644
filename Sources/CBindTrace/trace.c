#define _GNU_SOURCE
#include "CBindTrace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int cbindtrace_seize(pid_t process)
{
	/*
	 * Without PTRACE_O_EXITKILL: if the tracer is killed, the server should not notice. The kernel then detaches the
	 * tracees. That also needs PTRACE_O_TRACESYSGOOD: a tracee that is detached at a system call gets the code of the
	 * stop as a signal, and without this bit the code is SIGTRAP, which kills.
	 *
	 * Every system call stops, though a seccomp filter with SECCOMP_RET_TRACE would stop only at the calls that matter
	 * and cost next to nothing. But a filter stays until its process ends, and without a tracer each of those calls
	 * fails with ENOSYS: a daemon that outlives the command could never bind again. A filter also needs a privilege or
	 * no_new_privs, which changes what the command may do.
	 */
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEEXEC;

	return ptrace(PTRACE_SEIZE, process, NULL, (void *)options) < 0 ? -errno : 0;
}

static void explain_stop(int status, struct cbindtrace_event *event)
{
	int signal = WSTOPSIG(status);
	unsigned long message = 0;

	event->number = signal;
	switch (status >> 16) {
	case 0:
		event->kind = signal == (SIGTRAP | 0x80) ? CBINDTRACE_CALL : CBINDTRACE_SIGNAL;
		break;
	case PTRACE_EVENT_EXEC:
		event->kind = CBINDTRACE_EXECUTED;
		ptrace(PTRACE_GETEVENTMSG, event->thread, NULL, &message);
		event->number = (int32_t)message;
		break;
	case PTRACE_EVENT_STOP:
		event->kind = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU
				      ? CBINDTRACE_GROUP_STOP
				      : CBINDTRACE_PAUSE;
		break;
	default:
		event->kind = CBINDTRACE_PAUSE;
	}
}

int cbindtrace_wake_open(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return wake < 0 ? -errno : wake;
}

void cbindtrace_wake(int wake)
{
	uint64_t one = 1;

	/* It fails only if the counter is full, and then the thread is woken anyway. */
	if (write(wake, &one, sizeof one) < 0)
		return;
}

/* Sleeps until the descriptor is readable or a short time has passed, and makes the next sleep longer. */
static bool is_woken(int wake, long *pause)
{
	enum { LONGEST = 1000000 };
	struct pollfd poll = {wake, POLLIN, 0};
	struct timespec time = {0, *pause};
	uint64_t count;

	*pause = *pause < LONGEST / 2 ? *pause * 2 : LONGEST;
	if (ppoll(&poll, 1, &time, NULL) <= 0)
		return false;
	return read(wake, &count, sizeof count) == sizeof count;
}

int cbindtrace_next(struct cbindtrace_event *event, int wake)
{
	/* __WNOTHREAD: not the children of other threads of this process. */
	int options = __WALL | __WNOTHREAD | (wake < 0 ? 0 : WNOHANG);
	int status = 0;
	long pause = 50000;
	pid_t thread;

	memset(event, 0, sizeof *event);
	/*
	 * waitpid() cannot wait for a descriptor too. SIGCHLD belongs to the embedding program, and another signal would be
	 * one that the program cannot use. So while an answer is expected, and only then, it looks at short intervals.
	 */
	do {
		thread = waitpid(-1, &status, options);
		if (thread == 0 && is_woken(wake, &pause)) {
			event->kind = CBINDTRACE_WOKEN;
			return 0;
		}
	} while (thread == 0 || (thread < 0 && errno == EINTR));
	if (thread < 0)
		return -errno;
	event->thread = thread;
	if (WIFEXITED(status)) {
		event->kind = CBINDTRACE_EXITED;
		event->number = WEXITSTATUS(status);
	} else if (WIFSIGNALED(status)) {
		event->kind = CBINDTRACE_KILLED;
		event->number = WTERMSIG(status);
		event->dumped_core = WCOREDUMP(status) != 0;
	} else {
		explain_stop(status, event);
	}
	return 0;
}

int cbindtrace_resume(pid_t thread, int signal)
{
	return ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(intptr_t)signal) < 0 ? -errno : 0;
}

int cbindtrace_listen(pid_t thread)
{
	return ptrace(PTRACE_LISTEN, thread, NULL, NULL) < 0 ? -errno : 0;
}

int cbindtrace_call(pid_t thread, struct cbindtrace_call *call)
{
	struct __ptrace_syscall_info info;

	memset(&info, 0, sizeof info);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info) < 0)
		return -errno;
	memset(call, 0, sizeof *call);
	call->architecture = info.arch;
	switch (info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
		call->phase = CBINDTRACE_ENTRY;
		call->number = info.entry.nr;
		for (int index = 0; index < 6; index++)
			call->arguments[index] = info.entry.args[index];
		break;
	case PTRACE_SYSCALL_INFO_EXIT:
		call->phase = CBINDTRACE_EXIT;
		call->result = info.exit.rval;
		break;
	default:
		call->phase = CBINDTRACE_NEITHER;
	}
	return 0;
}

ssize_t cbindtrace_read(pid_t thread, uint64_t address, uint8_t *buffer, size_t capacity)
{
	struct iovec local = {buffer, capacity};
	struct iovec remote = {(void *)(uintptr_t)address, capacity};
	ssize_t count = process_vm_readv(thread, &local, 1, &remote, 1, 0);

	return count < 0 ? -errno : count;
}

bool cbindtrace_is_thread_of(pid_t process, pid_t thread)
{
	/*
	 * The kernel looks the thread up before it checks the right to signal, so that only ESRCH means no. /proc may be
	 * mounted elsewhere, or not at all.
	 */
	return syscall(SYS_tgkill, process, thread, 0) == 0 || errno != ESRCH;
}
