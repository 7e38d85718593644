#define _GNU_SOURCE
#include "CSockDiagNamespace.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct task {
	void (*work)(void *);
	void *context;
};

static void *perform(void *argument)
{
	struct task task = *(struct task *)argument;

	free(argument);
	task.work(task.context);
	return NULL;
}

/* Signals are blocked from its start: a program may have handlers that expect its own threads. */
static int start(void (*work)(void *), void *context, pthread_t *thread)
{
	struct task *task = malloc(sizeof(*task));
	sigset_t all, before;
	int error;

	if (task == NULL)
		return -ENOMEM;
	*task = (struct task){ .work = work, .context = context };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, perform, task);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		free(task);
	return -error;
}

int csockdiag_run_on_thread(void (*work)(void *), void *context)
{
	pthread_t thread;
	int result = start(work, context, &thread);

	return result < 0 ? result : -pthread_join(thread, NULL);
}

int csockdiag_start_thread(void (*work)(void *), void *context)
{
	pthread_t thread;
	int result = start(work, context, &thread);

	return result < 0 ? result : -pthread_detach(thread);
}
