#define _GNU_SOURCE
#include "subject.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* The raw system call, because a sanitizer may intercept the C library's function. */
static int raw_bind(int descriptor, const void *address, long length)
{
	return syscall(SYS_bind, descriptor, address, length) < 0 ? errno : 0;
}

void hostile_addresses(void)
{
	int descriptor = make_socket(AF_INET, SOCK_STREAM);
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};

	REQUIRE(pages != MAP_FAILED && munmap(pages + page, (size_t)page) == 0);
	REQUIRE(raw_bind(descriptor, (void *)8, 16) == EFAULT);
	REQUIRE(raw_bind(descriptor, (void *)-1, 16) == EFAULT);
	REQUIRE(raw_bind(descriptor, &address, -1) == EINVAL);
	REQUIRE(raw_bind(descriptor, &address, 0x7fffffff) == EINVAL);
	REQUIRE(raw_bind(descriptor, &address, 0) == EINVAL);
	REQUIRE(raw_bind(descriptor, &address, 2) == EINVAL);
	/* An address that ends at the end of mapped memory, and then one that ends a byte beyond it. */
	memcpy(pages + page - sizeof address, &address, sizeof address);
	REQUIRE(raw_bind(descriptor, pages + page - sizeof address, sizeof address + 1) == EFAULT);
	REQUIRE(raw_bind(descriptor, pages + page - sizeof address, sizeof address) == 0);
}

void other_families(void)
{
	struct sockaddr_un unix_address = {.sun_family = AF_UNIX, .sun_path = "\0bind-trace-subject"};
	struct sockaddr_in unspecified = {.sin_family = AF_UNSPEC, .sin_port = htons(8082)};
	struct sockaddr_in6 scoped = {.sin6_family = AF_INET6, .sin6_port = htons(8083), .sin6_scope_id = 77};
	struct sockaddr_in6 short_one = {.sin6_family = AF_INET6, .sin6_port = htons(8084), .sin6_scope_id = 77};
	int local = make_socket(AF_UNIX, SOCK_STREAM);

	REQUIRE(raw_bind(local, &unix_address, 20) == 0);
	REQUIRE(listen(local, 1) == 0);
	REQUIRE(bind_port(local, 8080) == EINVAL);
	/* Not a socket. */
	REQUIRE(bind_port(1000, 8085) == EBADF);
	REQUIRE(listen(1000, 1) < 0 && errno == EBADF);
	REQUIRE(bind_port(make_socket(AF_INET, SOCK_DGRAM), 8081) == 0);
	REQUIRE(raw_bind(make_socket(AF_INET, SOCK_DGRAM), &unspecified, sizeof unspecified) == 0);
	scoped.sin6_addr.s6_addr[0] = 0xfe;
	scoped.sin6_addr.s6_addr[1] = 0x80;
	REQUIRE(raw_bind(make_socket(AF_INET6, SOCK_STREAM), &scoped, sizeof scoped) == ENODEV);
	REQUIRE(raw_bind(make_socket(AF_INET6, SOCK_STREAM), &short_one, 24) == 0);
}

void failing_connections(const char *path)
{
	struct sockaddr_in port = {.sin_family = AF_INET, .sin_port = htons(8090)};
	struct sockaddr_un file = {.sun_family = AF_UNIX};
	int first = make_socket(AF_UNIX, SOCK_STREAM);
	int descriptor;

	port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(file.sun_path, sizeof file.sun_path, "%s", path);
	REQUIRE(connect(make_socket(AF_INET, SOCK_STREAM), (void *)&port, sizeof port) < 0 && errno == ECONNREFUSED);
	REQUIRE(connect(make_socket(AF_UNIX, SOCK_STREAM), (void *)&file, sizeof file) < 0 && errno == ENOENT);
	REQUIRE(raw_bind(first, &file, sizeof file) == 0);
	REQUIRE(raw_bind(make_socket(AF_UNIX, SOCK_STREAM), &file, sizeof file) == EADDRINUSE);
	REQUIRE(connect(make_socket(AF_UNIX, SOCK_STREAM), (void *)&file, sizeof file) < 0 && errno == ECONNREFUSED);
	/* One that succeeds, one that is in progress, and one that asks for the result of the second. */
	descriptor = make_socket(AF_INET, SOCK_STREAM);
	REQUIRE(bind_port(descriptor, 8090) == 0 && listen(descriptor, 1) == 0);
	descriptor = make_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	REQUIRE(connect(descriptor, (void *)&port, sizeof port) == 0 || errno == EINPROGRESS);
	REQUIRE(connect(descriptor, (void *)&port, sizeof port) == 0 || errno == EALREADY || errno == EISCONN);
}

/* Exit code 77: not on this machine. */
void make_ring(int entries)
{
	uint8_t parameters[120] = {0};

	/* io_uring_setup; it fails for zero entries. */
	if (syscall(425, entries, parameters) < 0)
		_exit(entries == 0 ? 0 : 77);
}

static void *fail_many_times(void *argument)
{
	for (int round = 0; round < 200; round++) {
		int descriptor = make_socket(AF_INET, SOCK_STREAM);

		REQUIRE(bind_port(descriptor, (int)(intptr_t)argument) == EADDRINUSE);
		close(descriptor);
	}
	return NULL;
}

void flood(int port)
{
	pthread_t threads[16];

	for (int index = 0; index < 16; index++)
		REQUIRE(pthread_create(&threads[index], NULL, fail_many_times, (void *)(intptr_t)port) == 0);
	for (int index = 0; index < 16; index++)
		pthread_join(threads[index], NULL);
}

static atomic_int is_failing;

static void *fail_once(void *argument)
{
	int descriptor = make_socket(AF_INET, SOCK_STREAM);

	atomic_store(&is_failing, 1);
	bind_port(descriptor, (int)(intptr_t)argument);
	atomic_store(&is_failing, 2);
	return NULL;
}

/* Makes calls until the call of another thread has returned. */
void work_beside(int port)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, fail_once, (void *)(intptr_t)port) == 0);
	while (atomic_load(&is_failing) != 2)
		REQUIRE(write(STDOUT_FILENO, ".", 1) == 1);
	pthread_join(thread, NULL);
}

/* Ends the process, or replaces its program, while a call of another thread is being examined: at that thread's next
   stop. */
void end_beside(int port, const char *how)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, fail_once, (void *)(intptr_t)port) == 0);
	while (atomic_load(&is_failing) == 0)
		sched_yield();
	sleep_milliseconds(300);
	if (strcmp(how, "exec") == 0)
		execute("exit", "5");
	_exit(5);
}

static atomic_int stage;

static void *bind_in_own_table(void *argument)
{
	int descriptor;

	REQUIRE(unshare(CLONE_FILES) == 0);
	atomic_store(&stage, 1);
	while (atomic_load(&stage) != 2)
		sched_yield();
	descriptor = make_socket(AF_INET6, SOCK_STREAM);
	REQUIRE(bind_port(descriptor, (int)(intptr_t)argument) == EINVAL || errno == EAFNOSUPPORT);
	REQUIRE(listen(descriptor, 4) == 0);
	return NULL;
}

/* In the table of the first thread, the same number is a unix socket. */
void own_table(int port)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, bind_in_own_table, (void *)(intptr_t)port) == 0);
	while (atomic_load(&stage) != 1)
		sched_yield();
	make_socket(AF_UNIX, SOCK_STREAM);
	atomic_store(&stage, 2);
	pthread_join(thread, NULL);
}

#if defined(__x86_64__)
static long int80(long number, long first, long second, long third)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}
#endif

/* Exit code 77: not on this machine. */
void compatible_calls(int port)
{
#if defined(__x86_64__)
	struct {
		struct sockaddr_in address;
		uint32_t arguments[3];
	} *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int descriptor = make_socket(AF_INET, SOCK_STREAM);

	REQUIRE(low != MAP_FAILED);
	/* getpid */
	if (int80(20, 0, 0, 0) != getpid())
		_exit(77);
	low->address.sin_family = AF_INET;
	low->address.sin_port = htons((uint16_t)port);
	REQUIRE(int80(361, descriptor, (long)&low->address, sizeof low->address) == 0);
	REQUIRE(int80(363, descriptor, 11, 0) == 0);
	low->arguments[0] = (uint32_t)descriptor;
	low->arguments[1] = (uint32_t)(uintptr_t)&low->address;
	low->arguments[2] = sizeof low->address;
	REQUIRE(int80(102, 2, (long)low->arguments, 0) == -EINVAL);
	low->arguments[1] = 12;
	REQUIRE(int80(102, 4, (long)low->arguments, 0) == 0);
	REQUIRE(int80(102, 2, 8, 0) == -EFAULT);
#else
	(void)port;
	_exit(77);
#endif
}
