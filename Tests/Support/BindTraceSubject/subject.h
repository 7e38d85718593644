#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Ends the program and prints the line, so that a failed test shows where. */
#define REQUIRE(condition)                \
	do {                              \
		if (!(condition))         \
			fail(__LINE__);   \
	} while (0)

_Noreturn void fail(int line);

int make_socket(int family, int type);
/* bind() to 127.0.0.1; returns an errno. */
int bind_port(int descriptor, int port);
/* Waits for a child and returns its wait status. */
int wait_for(pid_t process);
_Noreturn void execute(const char *mode, const char *argument);
void sleep_milliseconds(int count);

/* Modes that need more than a few lines (processes.c, calls.c) */

void stop_and_continue(void);
/* Writes its id to a file, and then dots, until the file is removed. */
void linger(const char *path);
void daemonize(const char *path);
void storm(const char *path);
void check_signals(int status_of_interrupt);
void take_signal(const char *path);
void hostile_addresses(void);
void other_families(void);
void failing_connections(const char *path);
void make_ring(int entries);
/* 16 threads with 200 failing calls each. */
void flood(int port);
void work_beside(int port);
void end_beside(int port, const char *how);
void own_table(int port);
void compatible_calls(int port);
