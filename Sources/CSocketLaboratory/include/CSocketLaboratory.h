#ifndef SOCKET_LABORATORY_H
#define SOCKET_LABORATORY_H

// System calls of the socket laboratory. Each function returns a descriptor, a count or 0, and -errno on failure.
// Arguments and results are values if possible, so that Swift needs no pointers.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An internet address and port in host order. An IPv4 address is the low 32 bits of `low`.
struct socklab_endpoint {
  uint64_t high;
  uint64_t low;
  uint32_t scope;
  uint16_t port;
  bool is_v6;
  /// 0, or -errno of the call that should have filled the rest.
  int32_t error;
};

enum socklab_kind { SOCKLAB_TCP, SOCKLAB_UDP, SOCKLAB_MPTCP, SOCKLAB_UDPLITE };

enum socklab_option {
  SOCKLAB_REUSE_ADDRESS,
  SOCKLAB_REUSE_PORT,
  SOCKLAB_V6_ONLY,
  SOCKLAB_MARK,
  SOCKLAB_TOS,
  SOCKLAB_TRAFFIC_CLASS,
  SOCKLAB_FREEBIND_V4,
  SOCKLAB_FREEBIND_V6,
  SOCKLAB_TRANSPARENT_V4,
  SOCKLAB_TRANSPARENT_V6,
  SOCKLAB_KEEP_ALIVE,
  SOCKLAB_KEEP_ALIVE_IDLE,
  SOCKLAB_PRIORITY,
  SOCKLAB_RECEIVE_BUFFER,
  SOCKLAB_SEND_BUFFER,
  SOCKLAB_NO_DELAY,
  SOCKLAB_BIND_ADDRESS_NO_PORT,
  SOCKLAB_LINGER,
  SOCKLAB_LOCAL_PORT_RANGE,
};

// Threads and namespaces (namespace.c)

/// Runs `entry(context)` on a new, detached thread.
int socklab_thread(void (*entry)(void *), void *context);
/// Moves the calling thread into a new network namespace. Returns a descriptor of the old one.
int socklab_namespace_enter(void);
/// Returns the calling thread to the namespace `home` and closes that descriptor.
int socklab_namespace_leave(int home);
int socklab_thread_id(void);
/// The inode number of the calling thread's network namespace; 0 on failure.
uint64_t socklab_namespace_inode(void);
/// Opens the file of the calling thread's namespace, which keeps the namespace alive.
int socklab_namespace_file(void);

// Interfaces (link.c)

int socklab_link_up(const char *name);
int socklab_interface_index(const char *name);

// Sockets (socket.c): non-blocking and closed on exec

int socklab_socket(enum socklab_kind kind, bool v6);
int socklab_bind(int descriptor, struct socklab_endpoint address);
/// Returns 0 if the socket is connected or connecting.
int socklab_connect(int descriptor, struct socklab_endpoint address);
int socklab_listen(int descriptor, int backlog);
int socklab_accept(int descriptor);
struct socklab_endpoint socklab_local(int descriptor);
struct socklab_endpoint socklab_remote(int descriptor);
/// Reads and discards at most `count` bytes. Returns the number of bytes.
int socklab_discard(int descriptor, int count);

// Socket options (option.c)

int socklab_set(int descriptor, enum socklab_option option, int value);
/// Reads an option that is a number and is the same for both families.
int socklab_get(int descriptor, enum socklab_option option);
/// Attaches a program that chooses among the sockets of a SO_REUSEPORT group. It always chooses the first.
int socklab_attach_program(int descriptor);
int socklab_set_congestion(int descriptor, const char *name);
int socklab_set_device(int descriptor, const char *name);
int socklab_set_md5(int descriptor, struct socklab_endpoint peer, int prefix, const char *key);

// Starts of processes (starts.c)

/// Announces that this thread forks. `socklab_starts_go_on` ends it after the child has closed its copies.
bool socklab_start_begin(void);
/// Waits until no child has copies of descriptors, and forbids starts until `socklab_starts_go_on`.
bool socklab_starts_hold_off(void);
/// Ends an announcement. `was_taken` is the result of the function that began it.
void socklab_starts_go_on(bool was_taken);
/// Makes posix_spawn close every descriptor from a number on, because it may return before exec has closed them. The
/// actions are a `posix_spawn_file_actions_t`.
void socklab_close_before_exec(void *actions, int first);

// Programs (process.c)

struct socklab_exit {
  int32_t error;
  /// The exit code, or 128 + signal.
  int32_t code;
  bool timed_out;
};

/// Starts a program with `count` NUL-terminated arguments, one after the other. Returns its process id.
int socklab_spawn(const char *arguments, int count, int input, int output, int errors);
/// Waits for a child and kills it at the deadline. In both cases the child is reaped.
struct socklab_exit socklab_wait(int process, int timeout_milliseconds);

// Processes that hold sockets (server.c)

struct socklab_holder {
  /// 0, or -errno of what failed.
  int32_t error;
  /// The process id, as this process sees it.
  int32_t process;
  int32_t descriptor;
  int32_t thread;
  int32_t slot;
  /// The child to wait for, and the pipe. Closing the pipe ends the child.
  int32_t child;
  int32_t life;
};

/// Ends a child and waits for it.
void socklab_let_go(struct socklab_holder holder);
/// Starts a child with this name and user. It holds copies of the descriptors, numbered from 3, and ends with the
/// calling thread.
struct socklab_holder socklab_serve(const char *name, uint32_t uid, const int *descriptors, int count);
/// Gives a socket to another user, as if that user had made it.
int socklab_give(int descriptor, uint32_t uid);

// Files (file.c)

int socklab_close(int descriptor);
/// Waits until the descriptor is readable (1) or for the timeout (0).
int socklab_wait_readable(int descriptor, int timeout_milliseconds);
int socklab_open_read(const char *path);
/// Replaces the contents of a file, such as a sysctl.
int socklab_write_file(const char *path, const char *text);
int socklab_memory_file(const char *name);
int socklab_rewind(int descriptor);
int socklab_read(int descriptor, void *buffer, size_t count);
int socklab_write(int descriptor, const void *bytes, size_t count);

#endif
