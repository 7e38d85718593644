/*
 * System calls that tell what sock_diag does not: a socket made and bound as some program would, the options of a
 * socket in another process, capabilities.
 *
 * Structures go by value, so that the Swift side needs no pointers. An error is a positive errno in the answer, beside
 * the step that failed; the C variable errno is left without meaning. Nothing keeps state.
 */
#pragma once

/* The names of attributes and values for the Swift side, which reads the rules. */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Options by our bits, which are those of the Swift side's BindOptions. */
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
	/* The step that was reached; the others do not fail after it. */
	enum cbinddiagnosis_step step;
	/* Its errno, 0 if bind() succeeded. */
	int32_t error;
	/* For CBINDDIAGNOSIS_OPTION: which. */
	uint8_t option;
};

/* Makes a socket, binds and closes it, on the calling thread and by what that thread may do. */
struct cbinddiagnosis_outcome cbinddiagnosis_bind(struct cbinddiagnosis_request request);

/* The same as the user, and with or without the capability, that the request names: on a thread that ends with it. */
struct cbinddiagnosis_outcome cbinddiagnosis_bind_apart(struct cbinddiagnosis_request request);

struct cbinddiagnosis_rehearsal {
	/* CBINDDIAGNOSIS_BIND if there was a rehearsal; otherwise the step that failed. */
	enum cbinddiagnosis_step step;
	/*
	 * The errno of the bind() of the port in question: EINVAL if nothing refuses it. Where `is_exact` is not set, the
	 * address was one that no host has, and EADDRNOTAVAIL or EINVAL means that nothing refuses the port.
	 */
	int32_t error;
	/* The errno of a bind() without a port, 0 if it succeeded. */
	int32_t without_port;
	bool is_exact;
};

/*
 * Calls bind() with the address and port of a request in a way that cannot succeed, to see what security modules, filters
 * and programs say to the call. They are asked before the kernel looks at the socket, and the kernel refuses a socket that
 * has a port with EINVAL before it looks at the port: so the socket first gets a port of the kernel's choice.
 *
 * Where that is refused as well, a fresh socket is given an address that no host has. `may_be_foreign` says that bind()
 * might accept such an address (net.ipv4.ip_nonlocal_bind): then this is not done for IPv4.
 *
 * It runs on the calling thread, or without the right to low ports on a thread of its own.
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
	/* Options that the kernel would not tell for this socket. */
	uint8_t unread;
	/* The lowest port in the low half, the highest in the high half (IP_LOCAL_PORT_RANGE, linux/in.h); 0 for none. */
	uint32_t port_bounds;
	bool is_listening;
	/* Whether the socket belongs to the network namespace of the calling thread: 1, 0, or -1 if the kernel does not tell. */
	int8_t is_in_own_network;
};

/*
 * Reads a socket through a copy of somebody's descriptor, if it is the one with this inode number and, unless that is 0,
 * this cookie. `task` is a process, or a thread if `is_thread`.
 */
struct cbinddiagnosis_held cbinddiagnosis_read(int task, bool is_thread, int descriptor, uint64_t inode, uint64_t cookie);

/* Whether a fresh IPv6 socket has IPV6_V6ONLY: 1 or 0, and a negative errno where none can be made. */
int cbinddiagnosis_v6_only_by_default(void);

/*
 * Whether a path such as /proc/PID/fd/N leads to a TCP or MPTCP socket: 1 if so, 0 if not, a negative errno if it cannot be
 * told.
 */
int cbinddiagnosis_is_tcp(const char *path);

struct cbinddiagnosis_capabilities {
	uint64_t effective;
	/* What no program can have that this thread becomes, not by its file either, is not in it. */
	uint64_t bounding;
	/* Whether execve() gives no program more than the thread has. */
	bool no_new_privileges;
	int32_t error;
};

/* What the calling thread may do now. */
struct cbinddiagnosis_capabilities cbinddiagnosis_capabilities(void);

/*
 * Whether capabilities in one user namespace count in a network namespace, both named by paths: 1 if that one owns the
 * network namespace or is an ancestor of the owner, 0 if not, a negative errno if it cannot be told.
 */
int cbinddiagnosis_counts_in(const char *user_namespace, const char *network_namespace);

/*
 * A conversation with nf_tables in the network namespace of the calling thread. Descriptors and lengths, or a negative errno;
 * to ask takes CAP_NET_ADMIN there.
 */
int cbinddiagnosis_netfilter_open(void);
/*
 * Asks for all that a message NFT_MSG_GET* lists, of a family (NFPROTO_*, 0 for every one); with names, for the elements of
 * a set.
 */
int cbinddiagnosis_netfilter_ask(int descriptor, uint8_t message, uint8_t family, const char *table, const char *set);
/* One datagram, without waiting: a dump goes on while it is read. The full length is returned, also of a cut one. */
ssize_t cbinddiagnosis_netfilter_receive(int descriptor, void *buffer, size_t capacity);

struct cbinddiagnosis_file_rights {
	/* Capabilities that the file gives its program, as in security.capability. */
	uint64_t permitted;
	/* The user that the set-user-ID bit gives, -1 without the bit. */
	int64_t set_user;
	int32_t error;
};

/* What a program gets from its file on top of what its user may. */
struct cbinddiagnosis_file_rights cbinddiagnosis_file_rights(const char *path);

/*
 * The security modules that are in force, a bit for each: bit 0 is the number 100 of linux/lsm.h. A negative errno if the
 * kernel does not say (before 6.8: ENOSYS).
 */
int64_t cbinddiagnosis_security_modules(void);

/* The version of Landlock, which guards ports from 4 on; a negative errno if it is not in force. */
int cbinddiagnosis_landlock_version(void);

struct cbinddiagnosis_programs {
	/* Programs that are asked before the kernel looks for a conflict, and afterwards. */
	int32_t before;
	int32_t after;
	int32_t error;
};

/* The BPF programs that may refuse a bind() to sockets of a cgroup, named by its directory. It takes CAP_NET_ADMIN. */
struct cbinddiagnosis_programs cbinddiagnosis_programs(const char *cgroup, bool is_v6);
