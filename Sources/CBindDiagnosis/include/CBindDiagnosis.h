/*
 * System calls for facts that sock_diag does not report: a socket made and bound as some program would do it, the
 * options of a socket in another process, capabilities.
 *
 * Structures are passed by value, so that the Swift side needs no pointers. An error is a positive errno in the result,
 * with the step that failed; the value of the C variable errno is undefined. Nothing keeps state.
 */
#pragma once

/* The names of attributes and values for the Swift side, which reads the rules. */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Options, by the bits of the Swift type BindOptions. */
enum {
	CBINDDIAGNOSIS_REUSE_ADDRESS = 1 << 0,
	CBINDDIAGNOSIS_REUSE_PORT = 1 << 1,
	CBINDDIAGNOSIS_V6_ONLY = 1 << 2,
	CBINDDIAGNOSIS_FREEBIND = 1 << 3,
	CBINDDIAGNOSIS_TRANSPARENT = 1 << 4,
	CBINDDIAGNOSIS_BIND_ADDRESS_NO_PORT = 1 << 5,
	/* Not an option that can be read. */
	CBINDDIAGNOSIS_REUSE_PORT_PROGRAM = 1 << 6,
};

/* An address and port in host order. An IPv4 address is the low 32 bits of `low`. */
struct cbinddiagnosis_address {
	uint64_t high;
	uint64_t low;
	uint32_t scope;
	uint16_t port;
	bool is_v6;
};

struct cbinddiagnosis_request {
	struct cbinddiagnosis_address local;
	uint32_t uid;
	uint32_t interface_index;
	/* As in struct cbinddiagnosis_held. */
	uint32_t port_bounds;
	uint8_t options;
	bool is_udp;
	/* With TCP: the socket is an MPTCP socket, for which the kernel binds a TCP socket. */
	bool is_multipath;
	bool may_bind_privileged_ports;
};

enum cbinddiagnosis_step {
	CBINDDIAGNOSIS_THREAD,
	CBINDDIAGNOSIS_USER,
	CBINDDIAGNOSIS_SOCKET,
	CBINDDIAGNOSIS_INTERFACE,
	CBINDDIAGNOSIS_OPTION,
	CBINDDIAGNOSIS_CAPABILITY,
	CBINDDIAGNOSIS_PORT,
	CBINDDIAGNOSIS_BIND,
	CBINDDIAGNOSIS_PROCESS,
	CBINDDIAGNOSIS_DESCRIPTOR,
	CBINDDIAGNOSIS_IDENTITY,
	CBINDDIAGNOSIS_READ,
};

struct cbinddiagnosis_outcome {
	/* The step that was reached; later steps cannot fail. */
	enum cbinddiagnosis_step step;
	/* Its errno, 0 if bind() succeeded. */
	int32_t error;
	/* For CBINDDIAGNOSIS_OPTION: the option. */
	uint8_t option;
};

/* Makes a socket, binds and closes it, on the calling thread and with the privileges of that thread. */
struct cbinddiagnosis_outcome cbinddiagnosis_bind(struct cbinddiagnosis_request request);

/* The same as the user of the request, and with or without the capability: on a thread that ends with it. */
struct cbinddiagnosis_outcome cbinddiagnosis_bind_apart(struct cbinddiagnosis_request request);

struct cbinddiagnosis_rehearsal {
	/* CBINDDIAGNOSIS_BIND if there was a rehearsal; otherwise the step that failed. */
	enum cbinddiagnosis_step step;
	/*
	 * The errno of the bind() of the port in question: EINVAL if nothing refuses it. If `is_exact` is not set, the
	 * address was one that no host has, and EADDRNOTAVAIL or EINVAL means that nothing refuses the port.
	 */
	int32_t error;
	/* The errno of a bind() without a port, 0 if it succeeded. */
	int32_t without_port;
	bool is_exact;
};

/*
 * Calls bind() with the address and port of a request in a way that cannot succeed, to find the answers of security
 * modules, filters and programs. They are asked before the kernel looks at the socket, and the kernel refuses a socket
 * that has a port with EINVAL before it looks at the requested port. So the socket first gets a port that the kernel
 * chooses.
 *
 * If that is refused as well, a new socket is bound to an address that no host has. `may_be_foreign` means that bind()
 * might accept such an address (net.ipv4.ip_nonlocal_bind): then this is not done for IPv4.
 *
 * It runs on the calling thread, or without the right to low ports on a separate thread.
 */
struct cbinddiagnosis_rehearsal cbinddiagnosis_rehearse(struct cbinddiagnosis_request request, bool may_be_foreign);
struct cbinddiagnosis_rehearsal cbinddiagnosis_rehearse_unprivileged(
	struct cbinddiagnosis_request request, bool may_be_foreign);

struct cbinddiagnosis_held {
	enum cbinddiagnosis_step step;
	int32_t error;
	uint64_t cookie;
	struct cbinddiagnosis_address local;
	uint32_t uid;
	uint32_t interface_index;
	int32_t family;
	int32_t type;
	int32_t protocol;
	uint8_t options;
	/* Options that the kernel does not report for this socket. */
	uint8_t unread;
	/* The lowest port in the low half, the highest in the high half (IP_LOCAL_PORT_RANGE, linux/in.h); 0 for none. */
	uint32_t port_bounds;
	bool is_listening;
	/* Whether the socket belongs to the network namespace of the calling thread: 1, 0, or -1 if the kernel does
	   not report it. */
	int8_t is_in_own_network;
};

/*
 * Reads a socket through a copy of another process's descriptor, if it has this inode number and, unless that is 0,
 * this cookie. `task` is a process, or a thread if `is_thread`.
 */
struct cbinddiagnosis_held cbinddiagnosis_read(int task, bool is_thread, int descriptor, uint64_t inode, uint64_t cookie);

/* Whether a new IPv6 socket has IPV6_V6ONLY: 1 or 0, or a negative errno if none can be made. */
int cbinddiagnosis_v6_only_by_default(void);

/*
 * Whether a path such as /proc/PID/fd/N leads to a TCP or MPTCP socket: 1 if so, 0 if not, a negative errno if it is
 * not known.
 */
int cbinddiagnosis_is_tcp(const char *path);

struct cbinddiagnosis_capabilities {
	uint64_t effective;
	/* The capabilities that a program executed by this thread can have at all, by its file or otherwise. */
	uint64_t bounding;
	/* Whether execve() grants no new privileges. */
	bool no_new_privileges;
	int32_t error;
};

/* The current privileges of the calling thread. */
struct cbinddiagnosis_capabilities cbinddiagnosis_capabilities(void);

/*
 * Whether capabilities in one user namespace have an effect in a network namespace, both given by paths: 1 if the user
 * namespace owns the network namespace or is an ancestor of the owner, 0 if not, a negative errno if it is not known.
 */
int cbinddiagnosis_counts_in(const char *user_namespace, const char *network_namespace);

/*
 * A conversation with nf_tables in the network namespace of the calling thread. Returns descriptors and lengths, or a
 * negative errno. Requests need CAP_NET_ADMIN there.
 */
int cbinddiagnosis_netfilter_open(void);
/*
 * Requests everything that an NFT_MSG_GET* message lists, of one family (NFPROTO_*, 0 for all); with names, the
 * elements of a set.
 */
int cbinddiagnosis_netfilter_ask(int descriptor, uint8_t message, uint8_t family, const char *table, const char *set);
/* One datagram, without waiting: a dump continues while it is read. Returns the full length, even if the datagram
   was cut. */
ssize_t cbinddiagnosis_netfilter_receive(int descriptor, void *buffer, size_t capacity);

struct cbinddiagnosis_file_rights {
	/* Capabilities that the file grants its program, as in security.capability. */
	uint64_t permitted;
	/* The user of the set-user-ID bit, -1 without the bit. */
	int64_t set_user;
	int32_t error;
};

/* The privileges that a program gets from its file in addition to those of its user. */
struct cbinddiagnosis_file_rights cbinddiagnosis_file_rights(const char *path);

/*
 * The active security modules, a bit for each: bit 0 is the number 100 of linux/lsm.h. A negative errno if the kernel
 * does not report them (before 6.8: ENOSYS).
 */
int64_t cbinddiagnosis_security_modules(void);

/* The version of Landlock, which guards ports from 4 on; a negative errno if it is not active. */
int cbinddiagnosis_landlock_version(void);

struct cbinddiagnosis_programs {
	/* Programs that run before the kernel checks for a conflict, and afterwards. */
	int32_t before;
	int32_t after;
	int32_t error;
};

/* The BPF programs that may refuse a bind() to sockets of a cgroup, given by its directory. Needs CAP_NET_ADMIN. */
struct cbinddiagnosis_programs cbinddiagnosis_programs(const char *cgroup, bool is_v6);

/* A file as stat(2) reports it. */
struct cbinddiagnosis_file {
	bool exists;
	uint32_t mode;
	uint32_t uid;
	uint32_t links;
	uint32_t device_major;
	uint32_t device_minor;
	uint64_t inode;
	/* When the inode last changed, in seconds since 1970. A socket's inode changes seldom after bind(). */
	int64_t changed;
	/* The number of the mount in /proc/PID/mountinfo, -1 if the kernel does not report it (before 5.8). */
	int64_t mount;
};

/* The facts that decide what bind() and connect() of a UNIX socket answer for a path. Errors are 0 or an errno. */
struct cbinddiagnosis_path {
	/* The place of a process could not be taken: nothing else was read. */
	int32_t place_error;
	/* The folder that would contain the file cannot be reached, and how many bytes of the path name what is to blame. */
	int32_t folder_error;
	size_t folder_error_length;
	struct cbinddiagnosis_file folder;
	/* The last name is ".", "..", or the path is only slashes. */
	bool is_special;
	bool has_trailing_slash;
	/* The last name, its links not followed: ENOENT if nothing has it. */
	int32_t name_error;
	struct cbinddiagnosis_file name;
	/* The file that the whole path leads to. */
	int32_t target_error;
	struct cbinddiagnosis_file target;
	/* Creating a file in the folder, as far as rights decide; writing to the target. */
	int32_t create_error;
	int32_t write_error;
	bool is_read_only;
	/* f_type of statfs(2), 0 if it could not be read. */
	int64_t file_system;
	/*
	 * The answer to a connect() of a datagram socket to the path, -1 if it was not tried. It sends nothing and disturbs
	 * no server: ECONNREFUSED if no socket has the file, EPROTOTYPE if one of another type has it.
	 */
	int32_t contact;
};

/* The process for whom a path is looked at. */
struct cbinddiagnosis_place {
	/* Descriptors of its root and its working directory; -1 for those of the calling thread. */
	int root;
	int directory;
	bool changes_user;
	uint32_t uid;
	uint32_t gid;
	const uint32_t *groups;
	size_t group_count;
	/* With changes_user: the effective capabilities, as far as this thread has them. */
	uint64_t capabilities;
};

/*
 * Looks at a path of at most 108 bytes, of which no byte is zero. If the place differs from that of the calling thread,
 * this happens on a thread that ends with it.
 */
struct cbinddiagnosis_path cbinddiagnosis_look(const char *path, struct cbinddiagnosis_place place);
