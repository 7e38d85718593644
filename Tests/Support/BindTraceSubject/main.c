/* A program that calls bind() and listen() in the way named by its first argument. */
#define _GNU_SOURCE
#include "subject.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void fail(int line)
{
	fprintf(stderr, "bind-trace-subject: line %d: %s\n", line, strerror(errno));
	_exit(99);
}

int make_socket(int family, int type)
{
	int descriptor = socket(family, type, 0);

	REQUIRE(descriptor >= 0);
	return descriptor;
}

int bind_port(int descriptor, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
}

int wait_for(pid_t process)
{
	int status;

	REQUIRE(waitpid(process, &status, __WALL) == process);
	return status;
}

void execute(const char *mode, const char *argument)
{
	execl("/proc/self/exe", "bind-trace-subject", mode, argument, NULL);
	fail(__LINE__);
}

void sleep_milliseconds(int count)
{
	struct timespec left = {count / 1000, count % 1000 * 1000000L};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static void *bind_in_thread(void *argument)
{
	REQUIRE(bind_port(make_socket(AF_INET, SOCK_STREAM), (int)(intptr_t)argument) == 0);
	return NULL;
}

static void *execute_in_thread(void *argument)
{
	execute("bind", argument);
}

static void *bind_after_leader(void *argument)
{
	char path[64], text[256];
	char *state;

	snprintf(path, sizeof path, "/proc/%d/stat", getpid());
	/* Waits until the first thread is a zombie. */
	do {
		FILE *file = fopen(path, "r");

		REQUIRE(file != NULL && fgets(text, sizeof text, file) != NULL);
		fclose(file);
		state = strrchr(text, ')');
	} while (state[2] != 'Z');
	bind_in_thread(argument);
	_exit(6);
}

static void run_threads(int count, int port)
{
	pthread_t threads[64];

	REQUIRE(count <= 64);
	for (int index = 0; index < count; index++)
		REQUIRE(pthread_create(&threads[index], NULL, bind_in_thread, (void *)(intptr_t)(port + index)) == 0);
	for (int index = 0; index < count; index++)
		pthread_join(threads[index], NULL);
}

static void fail_to_listen(int port)
{
	int descriptors[2];

	for (int index = 0; index < 2; index++) {
		int one = 1;

		descriptors[index] = make_socket(AF_INET, SOCK_STREAM);
		REQUIRE(setsockopt(descriptors[index], SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0);
		REQUIRE(bind_port(descriptors[index], port) == 0);
	}
	REQUIRE(listen(descriptors[0], 5) == 0);
	REQUIRE(listen(descriptors[1], 7) < 0 && errno == EADDRINUSE);
}

static int is_traced(void)
{
	char line[128];
	int tracer = 0;
	FILE *status = fopen("/proc/self/status", "r");

	REQUIRE(status != NULL);
	while (fgets(line, sizeof line, status) != NULL)
		sscanf(line, "TracerPid: %d", &tracer);
	fclose(status);
	return tracer != 0;
}

static void be_killed_in_a_call(void)
{
	int ends[2], bound[2];
	pid_t child;
	char byte;

	REQUIRE(pipe(ends) == 0 && pipe(bound) == 0);
	child = fork();
	if (child == 0) {
		bind_port(make_socket(AF_INET, SOCK_STREAM), 8081);
		REQUIRE(write(bound[1], "", 1) == 1);
		while (read(ends[0], &byte, 1) != 0)
			;
	}
	REQUIRE(read(bound[0], &byte, 1) == 1);
	sleep_milliseconds(100);
	REQUIRE(kill(child, SIGKILL) == 0);
	REQUIRE(WTERMSIG(wait_for(child)) == SIGKILL);
}

static void bind_in_pid_namespace(int port)
{
	pid_t child;

	REQUIRE(unshare(CLONE_NEWPID) == 0);
	child = fork();
	if (child == 0) {
		REQUIRE(getpid() == 1);
		run_threads(1, port);
		_exit(bind_port(make_socket(AF_INET, SOCK_STREAM), port + 1));
	}
	REQUIRE(wait_for(child) == 0);
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";
	const char *text = count > 2 ? arguments[2] : "0";
	int number = atoi(text);
	pid_t child;
	pthread_t thread;

	/* A process that is never continued should not outlive the test. */
	alarm(30);
	if (strcmp(mode, "exit") == 0) {
		_exit(number);
	} else if (strcmp(mode, "die") == 0) {
		/* A runtime library may have changed it. */
		if (number != SIGKILL)
			REQUIRE(signal(number, SIG_DFL) != SIG_ERR);
		kill(getpid(), number);
	} else if (strcmp(mode, "bind") == 0) {
		REQUIRE(bind_port(make_socket(AF_INET, SOCK_STREAM), number) == 0);
	} else if (strcmp(mode, "hidden") == 0) {
		/* Only root may read its memory and descriptors. */
		REQUIRE(prctl(PR_SET_DUMPABLE, 0) == 0);
		number = bind_port(make_socket(AF_INET, SOCK_STREAM), number);
		REQUIRE(number == 0 && listen(make_socket(AF_UNIX, SOCK_STREAM), 2) < 0);
	} else if (strcmp(mode, "bind-fail") == 0) {
		REQUIRE(bind_port(make_socket(AF_INET, SOCK_STREAM), number) == 0);
		REQUIRE(bind_port(make_socket(AF_INET, SOCK_STREAM), number) == EADDRINUSE);
	} else if (strcmp(mode, "listen-fail") == 0) {
		fail_to_listen(number);
	} else if (strcmp(mode, "listen-unbound") == 0) {
		REQUIRE(listen(make_socket(AF_INET6, SOCK_STREAM), 3) == 0);
	} else if (strcmp(mode, "fork") == 0) {
		child = fork();
		if (child == 0)
			execute("bind", text);
		_exit(WEXITSTATUS(wait_for(child)));
	} else if (strcmp(mode, "vfork") == 0) {
		child = vfork();
		if (child == 0)
			execute("bind", text);
		_exit(WEXITSTATUS(wait_for(child)));
	} else if (strcmp(mode, "threads") == 0) {
		run_threads(number, 8100);
	} else if (strcmp(mode, "thread-exec") == 0) {
		REQUIRE(pthread_create(&thread, NULL, execute_in_thread, (void *)text) == 0);
		pthread_join(thread, NULL);
		_exit(98);
	} else if (strcmp(mode, "leader-gone") == 0) {
		REQUIRE(pthread_create(&thread, NULL, bind_after_leader, (void *)(intptr_t)number) == 0);
		syscall(SYS_exit, 0);
	} else if (strcmp(mode, "pid-namespace") == 0) {
		bind_in_pid_namespace(number);
	} else if (strcmp(mode, "late-child") == 0) {
		if (fork() == 0) {
			sleep_milliseconds(300);
			bind_port(make_socket(AF_INET, SOCK_STREAM), number);
		}
	} else if (strcmp(mode, "released-child") == 0) {
		if (fork() == 0) {
			for (int round = 0; is_traced() && round < 20000; round++)
				sleep_milliseconds(1);
			bind_port(make_socket(AF_INET, SOCK_STREAM), number);
		}
	} else if (strcmp(mode, "killed") == 0) {
		be_killed_in_a_call();
	} else if (strcmp(mode, "connections") == 0) {
		failing_connections(text);
	} else if (strcmp(mode, "ring") == 0) {
		make_ring(number);
	} else if (strcmp(mode, "flood") == 0) {
		REQUIRE(bind_port(make_socket(AF_INET, SOCK_STREAM), number) == 0);
		flood(number);
		_exit(7);
	} else if (strcmp(mode, "work-beside") == 0) {
		work_beside(number);
	} else if (strcmp(mode, "end-beside") == 0) {
		end_beside(number, count > 3 ? arguments[3] : "exit");
	} else if (strcmp(mode, "own-table") == 0) {
		own_table(number);
	} else if (strcmp(mode, "hostile") == 0) {
		hostile_addresses();
	} else if (strcmp(mode, "families") == 0) {
		other_families();
	} else if (strcmp(mode, "compatible") == 0) {
		compatible_calls(number);
	} else if (strcmp(mode, "stop") == 0) {
		stop_and_continue();
	} else if (strcmp(mode, "linger") == 0) {
		linger(text);
	} else if (strcmp(mode, "daemon") == 0) {
		daemonize(text);
	} else if (strcmp(mode, "storm") == 0) {
		storm(text);
	} else if (strcmp(mode, "signals") == 0) {
		check_signals(number);
	} else if (strcmp(mode, "take-signal") == 0) {
		take_signal(text);
	} else {
		fprintf(stderr, "bind-trace-subject: no such mode\n");
		_exit(64);
	}
	_exit(0);
}
