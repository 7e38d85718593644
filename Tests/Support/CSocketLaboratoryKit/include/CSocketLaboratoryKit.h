#ifndef SOCKET_LABORATORY_KIT_H
#define SOCKET_LABORATORY_KIT_H

// The system calls of the laboratory that only tests need. The functions return values as those of the laboratory do.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSocketLaboratory.h"

// Sockets (socket.c)

struct socklab_tcp {
  /// 0, or -errno of the call that should have filled the rest.
  int32_t error;
  /// By the kernel's number.
  int32_t state;
  /// For a listener, the number of connections in the accept queue.
  uint32_t unacknowledged;
  /// The window that the peer last announced, in bytes.
  uint32_t send_window;
};

int socklab_disconnect(int descriptor);
int socklab_shutdown(int descriptor, bool receiving, bool sending);
/// Reads facts of a TCP socket (TCP_INFO).
struct socklab_tcp socklab_tcp(int descriptor);
/// Reads and clears the pending error of a socket, a positive errno or 0.
int socklab_take_error(int descriptor);
/// The cookie of a socket, which the kernel gives only once; 0 on failure.
uint64_t socklab_cookie(int descriptor);
/// Sends `count` filler bytes in one call. Returns how many the socket accepted.
int socklab_send_filler(int descriptor, int count);

// The user and the privileges of the calling thread (user.c)

/// Makes the calling thread create files and sockets as another user. It keeps its other privileges.
int socklab_act_as(uint32_t user);
/// Allows or forbids the calling thread to bind low ports.
int socklab_allow_low_ports(bool allow);

/// Removes all privileges of the calling thread except one capability (linux/capability.h); -1 keeps none.
int socklab_become_nobody(int capability);
/// Whether the user of this process may read its memory. The kernel forbids it when a thread changes its user.
bool socklab_is_dumpable(void);
int socklab_set_dumpable(bool value);
/// Gives the calling thread a new mount namespace with a proc that is mounted with these options.
int socklab_mount_own_proc(const char *options);

// System calls that fail (refuse.c)

enum socklab_call {
  /// openat: opening any file.
  SOCKLAB_CALL_OPEN,
  /// fstatfs: asking which file system an open file is of.
  SOCKLAB_CALL_IDENTIFY,
  /// setns: entering a namespace.
  SOCKLAB_CALL_ENTER,
  /// socket.
  SOCKLAB_CALL_SOCKET,
  /// bind and connect: a netlink socket gets its address by either.
  SOCKLAB_CALL_ADDRESS,
  /// clone and clone3: starting a thread.
  SOCKLAB_CALL_START,
};

/// Makes a system call fail with a positive errno, for the calling thread and all that it starts, for good.
int socklab_refuse(enum socklab_call call, int error);

// Devices (device.c)

/// Opens a TUN device with a long queue, for a slow reader.
int socklab_tun_open(const char *name);
/// Gives a device an address. The network of the address is reached by the device.
int socklab_link_address(const char *name, struct socklab_endpoint address, int prefix);

// Cgroups (cgroup.c)

/// Makes a socket in a short-lived child, which first enters the cgroup of `procs_path`.
int socklab_socket_in_cgroup(const char *procs_path, enum socklab_kind kind, bool v6);

int socklab_make_directory(const char *path);
int socklab_remove_directory(const char *path);
/// The inode number of a path; 0 on failure.
uint64_t socklab_inode(const char *path);

// Values that BPF programs store with sockets (storage.c)

/// Makes a BPF map that stores an int with sockets. Returns its descriptor and writes the kernel's number for it.
int socklab_storage_map(uint32_t *number);
/// Stores a value with a socket, in place of a BPF program.
int socklab_store(int map, int descriptor, uint32_t value);

// Processes that hold a socket in a certain way (holder.c)

enum socklab_holding {
  /// A copy of the descriptor, with the same number.
  SOCKLAB_HOLD_INHERITED,
  /// A descriptor that came through a unix socket.
  SOCKLAB_HOLD_PASSED,
  /// A descriptor that was sent through a unix socket and waits in its queue; `descriptor` is that socket.
  SOCKLAB_HOLD_IN_FLIGHT,
  /// A fixed file of an io_uring; `descriptor` is the ring.
  SOCKLAB_HOLD_FIXED_FILE,
  /// A descriptor in the table that `thread` has for itself.
  SOCKLAB_HOLD_THREAD,
  /// A descriptor in the table of `thread`, whose process has lost its first thread.
  SOCKLAB_HOLD_AFTER_LEADER,
  /// A copy in a process that is the first of a pid namespace and has a mounted proc of its own.
  SOCKLAB_HOLD_PID_NAMESPACE,
  /// Nothing: the copy is closed.
  SOCKLAB_HOLD_NOTHING,
};

/// Starts a child that holds a copy of a descriptor in a certain way, and no other descriptor except a pipe.
struct socklab_holder socklab_hold(enum socklab_holding holding, int descriptor);

// UNIX sockets and the file systems that they are in (unix.c)

/// Gives the calling thread a new mount namespace with an empty file system at a path.
int socklab_own_tree(const char *path);
/// Mounts another empty file system, which every user may write to.
int socklab_new_file_system(const char *path);
/// Makes a mount read-only, or its whole file system.
int socklab_make_read_only(const char *path, bool whole);
/// A socket whose calls do not wait.
int socklab_unix_socket(int type);
/// The name is the bytes of `sun_path`, which may be more than it has.
int socklab_unix_bind(int descriptor, const uint8_t *name, size_t length);
int socklab_unix_connect(int descriptor, const uint8_t *name, size_t length);
int socklab_unix_listen(int descriptor, int backlog);
int socklab_unix_accept(int descriptor);

// Terminals (terminal.c)

struct socklab_terminal {
  int32_t error;
  /// The end of the person who types and reads.
  int32_t own;
  /// The end of the program.
  int32_t program;
};

/// Opens a pseudo-terminal that neither echoes nor changes its text.
struct socklab_terminal socklab_terminal_open(void);
/// Like read(2), but returns 0 after all programs have closed the terminal.
int socklab_terminal_read(int descriptor, void *buffer, size_t count);

// The build (build.c) and limits (limit.c)

/// Whether the thread sanitizer is on in this build.
bool socklab_is_thread_sanitized(void);
/// Whether the address sanitizer is on in this build.
bool socklab_is_address_sanitized(void);
/// Raises the limit of open descriptors to the hard limit.
int socklab_raise_descriptor_limit(void);

#endif
