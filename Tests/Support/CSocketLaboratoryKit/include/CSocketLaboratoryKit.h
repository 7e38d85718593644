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
  /// Of a listener, how many connections wait to be accepted.
  uint32_t unacknowledged;
  /// The window that the peer last announced, in bytes.
  uint32_t send_window;
};

int socklab_disconnect(int descriptor);
int socklab_shutdown(int descriptor, bool receiving, bool sending);
/// What the kernel tells the owner of a TCP socket (TCP_INFO).
struct socklab_tcp socklab_tcp(int descriptor);
/// The error that the socket's next call would fail with, as a positive number; 0 for none. It is taken away by this.
int socklab_take_error(int descriptor);
/// The kernel's number of a socket, never given twice; 0 on failure.
uint64_t socklab_cookie(int descriptor);
/// Sends `count` filler bytes in one call; answers how many were taken.
int socklab_send_filler(int descriptor, int count);

// What the calling thread is, and may (user.c)

/// Lets the calling thread make files and sockets as another user; its privileges for anything but files stay.
int socklab_act_as(uint32_t user);
/// Gives the calling thread back the right to bind low ports, or takes it away.
int socklab_allow_low_ports(bool allow);

/// Takes every privilege from the calling thread, for ever, but one capability (linux/capability.h); -1 for not even one.
int socklab_become_nobody(int capability);
/// Whether the memory of this process is its user's to see. Any thread that changes its user ends that.
bool socklab_is_dumpable(void);
int socklab_set_dumpable(bool value);
/// Gives the calling thread a mount namespace in which proc is mounted anew with these options.
int socklab_mount_own_proc(const char *options);

// Devices (device.c)

/// A TUN device that keeps many packets for a reader who takes its time.
int socklab_tun_open(const char *name);
/// Gives a device an address; the network is on the link.
int socklab_link_address(const char *name, struct socklab_endpoint address, int prefix);

// Cgroups (cgroup.c)

/// A socket made by a short-lived child that first moved itself into the cgroup of `procs_path`.
int socklab_socket_in_cgroup(const char *procs_path, enum socklab_kind kind, bool v6);

int socklab_make_directory(const char *path);
int socklab_remove_directory(const char *path);
/// The inode number of a path; 0 on failure.
uint64_t socklab_inode(const char *path);

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

/// A child that holds a copy of a descriptor in some way, and no other descriptor but a pipe.
struct socklab_holder socklab_hold(enum socklab_holding holding, int descriptor);

// Terminals (terminal.c)

struct socklab_terminal {
  int32_t error;
  /// The end of who types and reads.
  int32_t own;
  /// The end of a program.
  int32_t program;
};

/// A pseudo-terminal that neither echoes nor changes what passes.
struct socklab_terminal socklab_terminal_open(void);
/// Like read(2), with 0 once no program has the terminal any more.
int socklab_terminal_read(int descriptor, void *buffer, size_t count);

// The build (build.c) and limits (limit.c)

/// Whether the thread sanitizer watches this build.
bool socklab_is_thread_sanitized(void);
/// Whether the address sanitizer watches.
bool socklab_is_address_sanitized(void);
/// Lets this process open as many descriptors as its hard limit allows.
int socklab_raise_descriptor_limit(void);

#endif
