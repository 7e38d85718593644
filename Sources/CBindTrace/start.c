#define _GNU_SOURCE
#include "CBindTrace.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs in a child of a threaded process: async-signal-safe calls only. execvp() of glibc and musl neither allocates nor
 * locks. */
static _Noreturn void become(char **arguments, int channel)
{
	uint8_t byte;
	ssize_t count;
	int error;

	cbindtrace_signals_restore_in_child();
	do {
		count = recv(channel, &byte, 1, 0);
	} while (count < 0 && errno == EINTR);
	if (count == 1) {
		execvp(arguments[0], arguments);
		error = errno;
		send(channel, &error, sizeof error, MSG_NOSIGNAL);
	}
	_exit(127);
}

struct cbindtrace_child cbindtrace_start(const char *arguments, size_t count)
{
	struct cbindtrace_child child = {.channel = -1};
	char **vector = calloc(count + 1, sizeof *vector);
	sigset_t all, previous;
	int ends[2];
	pid_t process;

	if (vector == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		child.error = vector == NULL ? -ENOMEM : -errno;
		free(vector);
		return child;
	}
	for (size_t index = 0; index < count; index++) {
		/* execvp() takes mutable strings for historical reasons, but does not write to them. */
		vector[index] = (char *)arguments;
		arguments += strlen(arguments) + 1;
	}
	/* No handler of the parent may run in the child, which resets them first. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &previous);
	process = fork();
	if (process == 0) {
		close(ends[0]);
		become(vector, ends[1]);
	}
	child.error = process < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &previous, NULL);
	close(ends[1]);
	free(vector);
	if (process < 0) {
		close(ends[0]);
		return child;
	}
	child.process = process;
	child.channel = ends[0];
	return child;
}

int cbindtrace_release(int channel)
{
	uint8_t byte = 0;

	return send(channel, &byte, 1, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int cbindtrace_fault(int channel)
{
	int error;

	return recv(channel, &error, sizeof error, MSG_DONTWAIT) == sizeof error ? error : 0;
}

void cbindtrace_abandon(pid_t process)
{
	int32_t status;

	/* Not reaped yet, so the id still belongs to the child. */
	kill(process, SIGKILL);
	cbindtrace_wait_for_end(process, &status);
}

bool cbindtrace_has_ended(pid_t process)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == process;
}

int cbindtrace_wait_for_end(pid_t process, int32_t *status)
{
	int value = 0x7f;

	/*
	 * The kernel releases tracees a little after the tracer's thread can be joined, and until then it reports their stops to
	 * every thread of the process.
	 */
	do {
		if (waitpid(process, &value, __WALL) < 0 && errno != EINTR)
			return -errno;
	} while (!WIFEXITED(value) && !WIFSIGNALED(value));
	*status = value;
	return 0;
}

static void *reap(void *argument)
{
	int32_t status;

	cbindtrace_signals_block();
	cbindtrace_wait_for_end((pid_t)(intptr_t)argument, &status);
	return NULL;
}

void cbindtrace_reap_later(pid_t process)
{
	pthread_t thread;

	/* If no thread starts, a zombie stays until this process ends. */
	if (pthread_create(&thread, NULL, reap, (void *)(intptr_t)process) == 0)
		pthread_detach(thread);
}
