#define _GNU_SOURCE
#include "CBindTrace.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLOTS = 64, FIRST_FORWARDED = 2, FIRST_UNTOUCHED = 4, SIGNALS = 5 };

static const int signals[SIGNALS] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users;
static struct sigaction saved[SIGNALS];

/* The data that the handler reads: a pidfd plus one, 0 for a free slot, and its process. */
static struct {
	atomic_int descriptor;
	atomic_int process;
} slots[SLOTS];
static atomic_int handlers;
static atomic_int undelivered[FIRST_UNTOUCHED];

static void forward(int signal, siginfo_t *info, void *context)
{
	int error = errno;
	bool is_delivered = false;

	(void)context;
	/*
	 * A signal from the kernel, as when a terminal hangs up, goes to the whole process group: the commands have it already.
	 */
	if (info->si_code > 0)
		return;
	atomic_fetch_add(&handlers, 1);
	for (int slot = 0; slot < SLOTS; slot++) {
		int descriptor = atomic_load(&slots[slot].descriptor) - 1;

		if (descriptor < 0)
			continue;
		/* Otherwise a command that signals its group would get its own signal back, again and again. */
		if (atomic_load(&slots[slot].process) == info->si_pid ||
		    syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) == 0)
			is_delivered = true;
	}
	for (int index = FIRST_FORWARDED; index < FIRST_UNTOUCHED && !is_delivered; index++)
		if (signals[index] == signal)
			atomic_store(&undelivered[index], 1);
	atomic_fetch_sub(&handlers, 1);
	errno = error;
}

void cbindtrace_signals_begin(void)
{
	pthread_mutex_lock(&lock);
	if (users++ == 0) {
		for (int index = 0; index < SIGNALS; index++) {
			struct sigaction action = {.sa_flags = SA_RESTART};

			sigaction(signals[index], NULL, &saved[index]);
			sigemptyset(&action.sa_mask);
			if (signals[index] == SIGCHLD) {
				/* If it were ignored, the kernel would discard the exit status of a released command. */
				if (saved[index].sa_handler != SIG_IGN && !(saved[index].sa_flags & SA_NOCLDWAIT))
					continue;
				action.sa_handler = SIG_DFL;
			} else if (index < FIRST_FORWARDED) {
				action.sa_handler = SIG_IGN;
			} else {
				/* Under nohup it stays ignored, here and in the command. */
				if (saved[index].sa_handler == SIG_IGN)
					continue;
				action.sa_flags |= SA_SIGINFO;
				action.sa_sigaction = forward;
			}
			sigaction(signals[index], &action, NULL);
		}
	}
	pthread_mutex_unlock(&lock);
}

int cbindtrace_signals_forward(pid_t process)
{
	int descriptor = (int)syscall(SYS_pidfd_open, process, 0);

	if (descriptor < 0)
		return -errno;
	pthread_mutex_lock(&lock);
	for (int slot = 0; slot < SLOTS; slot++) {
		if (atomic_load(&slots[slot].descriptor) != 0)
			continue;
		atomic_store(&slots[slot].process, process);
		atomic_store(&slots[slot].descriptor, descriptor + 1);
		/* Signals since the fork had no process to be passed on to. */
		for (int index = FIRST_FORWARDED; index < FIRST_UNTOUCHED; index++)
			if (atomic_exchange(&undelivered[index], 0))
				syscall(SYS_pidfd_send_signal, descriptor, signals[index], NULL, 0);
		pthread_mutex_unlock(&lock);
		return slot;
	}
	pthread_mutex_unlock(&lock);
	close(descriptor);
	return -EAGAIN;
}

void cbindtrace_signals_forget(int slot)
{
	int descriptor = atomic_exchange(&slots[slot].descriptor, 0) - 1;

	/* A handler in another thread may have read the number just before. */
	while (atomic_load(&handlers) != 0)
		sched_yield();
	if (descriptor >= 0)
		close(descriptor);
}

void cbindtrace_signals_end(void)
{
	pthread_mutex_lock(&lock);
	if (--users == 0) {
		for (int index = 0; index < SIGNALS; index++)
			sigaction(signals[index], &saved[index], NULL);
		/* A signal after the end of the command is meant for this process, and must not be lost. */
		for (int index = FIRST_FORWARDED; index < FIRST_UNTOUCHED; index++)
			if (atomic_exchange(&undelivered[index], 0))
				kill(getpid(), signals[index]);
	}
	pthread_mutex_unlock(&lock);
}

void cbindtrace_signals_restore_in_child(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	/* exec() would do that too, but the mask is cleared before it, and no handler of the parent may run here. */
	for (int signal = 1; signal < NSIG; signal++) {
		struct sigaction present;

		if (sigaction(signal, NULL, &present) == 0 && present.sa_handler != SIG_IGN)
			sigaction(signal, &action, NULL);
	}
	for (int index = 0; index < SIGNALS; index++)
		sigaction(signals[index], saved[index].sa_handler == SIG_IGN ? &saved[index] : &action, NULL);
	/* Servers ignore it for themselves, but a program expects the default, as from a shell. */
	sigaction(SIGPIPE, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void cbindtrace_signals_block(void)
{
	sigset_t all;

	sigfillset(&all);
	/*
	 * The kernel sends one for each stop. It drops it if a thread neither blocks nor handles it. Otherwise it would wake
	 * another thread each time, which doubles the cost of tracing.
	 */
	sigdelset(&all, SIGCHLD);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}
