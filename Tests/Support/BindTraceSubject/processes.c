#define _GNU_SOURCE
#include "subject.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A child stops itself. Its parent is notified as a shell would be, checks that the child stays stopped, and continues
   it. */
void stop_and_continue(void)
{
	static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	atomic_int *round = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int status;

	REQUIRE(round != MAP_FAILED);
	child = fork();
	if (child == 0) {
		/* The kernel does not stop a process group that has no parent outside it. */
		REQUIRE(setpgid(0, 0) == 0);
		for (int index = 0; index < 4; index++) {
			kill(getpid(), stops[index]);
			atomic_fetch_add(round, 1);
		}
		_exit(bind_port(make_socket(AF_INET, SOCK_STREAM), 8080));
	}
	for (int index = 0; index < 4; index++) {
		REQUIRE(waitpid(child, &status, WUNTRACED) == child);
		REQUIRE(WIFSTOPPED(status) && WSTOPSIG(status) == stops[index]);
		sleep_milliseconds(50);
		REQUIRE(atomic_load(round) == index);
		kill(child, SIGCONT);
	}
	REQUIRE(wait_for(child) == 0);
}

void linger(const char *path)
{
	char temporary[4096];
	int file;

	snprintf(temporary, sizeof temporary, "%s.new", path);
	file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	REQUIRE(file >= 0 && dprintf(file, "%d ", getpid()) > 0);
	REQUIRE(rename(temporary, path) == 0);
	for (int round = 0; round < 120000 && access(path, F_OK) == 0; round++) {
		REQUIRE(write(file, ".", 1) == 1);
		sleep_milliseconds(1);
	}
}

void daemonize(const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		linger(path);
		_exit(0);
	}
	wait_for(child);
	while (access(path, F_OK) != 0)
		sleep_milliseconds(1);
}

static volatile sig_atomic_t caught;

static void catch(int signal)
{
	(void)signal;
	caught++;
}

static void *idle(void *argument) { return argument; }

static _Noreturn void be_busy(const char *path, int number)
{
	struct sigaction action = {.sa_handler = catch};
	struct timespec start, now;
	char own[4096];
	int sent = 0, file;

	signal(SIGALRM, SIG_DFL);
	REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		pthread_t thread;
		pid_t child = fork();

		if (child == 0)
			_exit(5);
		raise(SIGUSR1);
		sent++;
		REQUIRE(pthread_create(&thread, NULL, idle, NULL) == 0 && pthread_join(thread, NULL) == 0);
		REQUIRE(wait_for(child) == 5 << 8);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 1500);
	REQUIRE(sent == caught);
	snprintf(own, sizeof own, "%s.%d", path, number);
	file = open(own, O_WRONLY | O_CREAT, 0600);
	REQUIRE(file >= 0 && write(file, "well", 4) == 4);
	_exit(0);
}

/* Leaves four processes behind that fork, clone and are signalled. */
void storm(const char *path)
{
	for (int number = 0; number < 4; number++)
		if (fork() == 0)
			be_busy(path, number);
	sleep_milliseconds(500);
}

/* The signal state that the program was given: no signal blocked, and at most one ignored. */
void check_signals(int is_interrupt_ignored)
{
	sigset_t mask;

	REQUIRE(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
	for (int signal = 1; signal < 32; signal++) {
		struct sigaction action;
		bool is_ignored = signal == SIGINT && is_interrupt_ignored;

		REQUIRE(sigismember(&mask, signal) == 0);
		REQUIRE(sigaction(signal, NULL, &action) == 0);
		/* No handler survives exec(), so an existing one comes from a runtime library. */
		REQUIRE((action.sa_handler == SIG_IGN) == is_ignored);
	}
}

/* Exit code 40 plus the number of the first signal received. */
void take_signal(const char *path)
{
	sigset_t mask;
	int signal, file;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	file = open(path, O_WRONLY | O_CREAT, 0600);
	REQUIRE(file >= 0 && sigwait(&mask, &signal) == 0);
	_exit(40 + signal);
}
