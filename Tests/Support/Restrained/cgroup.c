#define _GNU_SOURCE
#include "restrained.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <mntent.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int call_bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

/*
 * Loads a program that returns 0 (refuse) for a socket with the given port, and 1 for others. `place` is the offset of
 * the port in its context, as a 32-bit number.
 */
static int load(enum bpf_prog_type type, enum bpf_attach_type point, size_t place, uint32_t port, int takes_all)
{
	struct bpf_insn code[] = {
		/* r0 = 0; r1 = port of the context; if r1 == port, return r0; r0 = 1; return r0 */
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 1, .src_reg = 1, .off = (int16_t)place},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 1, .imm = (int32_t)port, .off = 1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = takes_all ? 0 : 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {0};

	attributes.prog_type = type;
	attributes.expected_attach_type = point;
	attributes.insns = (uint64_t)(uintptr_t)code;
	attributes.insn_cnt = sizeof code / sizeof *code;
	attributes.license = (uint64_t)(uintptr_t)"GPL";

	int program = call_bpf(BPF_PROG_LOAD, &attributes);

	REQUIRE(program >= 0);
	return program;
}

static void attach(int cgroup, int program, enum bpf_attach_type point)
{
	union bpf_attr attributes = {0};

	attributes.target_fd = (uint32_t)cgroup;
	attributes.attach_bpf_fd = (uint32_t)program;
	attributes.attach_type = point;
	attributes.attach_flags = BPF_F_ALLOW_MULTI;
	REQUIRE(call_bpf(BPF_PROG_ATTACH, &attributes) == 0);
}

static void deny(int cgroup, uint16_t port, int is_late)
{
	static const enum bpf_attach_type early[] = {BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND};
	static const enum bpf_attach_type late[] = {BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND};

	for (int index = 0; index < 2; index++) {
		int program;

		/* One context has the port in network byte order, as in the address; the other in host byte order. */
		if (is_late)
			program = load(BPF_PROG_TYPE_CGROUP_SOCK, late[index], offsetof(struct bpf_sock, src_port), port, port == 0);
		else
			program = load(
				BPF_PROG_TYPE_CGROUP_SOCK_ADDR, early[index], offsetof(struct bpf_sock_addr, user_port),
				__builtin_bswap16(port), port == 0);
		attach(cgroup, program, is_late ? late[index] : early[index]);
		close(program);
	}
}

/* The directory of this process's cgroup in the cgroup v2 hierarchy. */
static void own_directory(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	char line[4096];

	REQUIRE(mounts != NULL);
	do {
		mount = getmntent(mounts);
		REQUIRE(mount != NULL);
	} while (strcmp(mount->mnt_type, "cgroup2") != 0);

	FILE *groups = fopen("/proc/self/cgroup", "r");

	REQUIRE(groups != NULL);
	do
		REQUIRE(fgets(line, sizeof line, groups) != NULL);
	while (strncmp(line, "0::", 3) != 0);
	line[strcspn(line, "\n")] = 0;
	snprintf(path, size, "%s%s", mount->mnt_dir, line + 3);
	fclose(groups);
	endmntent(mounts);
}

static void enter(int cgroup)
{
	int processes = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	REQUIRE(processes >= 0 && write(processes, "0", 1) == 1);
	close(processes);
}

void enter_denying_cgroup(uint16_t port, int is_late)
{
	char path[8192];
	int status = 0;

	own_directory(path, sizeof path - 64);
	snprintf(path + strlen(path), 64, "/restrained-%d", (int)getpid());
	REQUIRE(mkdir(path, 0755) == 0);

	int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	REQUIRE(cgroup >= 0);
	deny(cgroup, port, is_late);

	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		enter(cgroup);
		close(cgroup);
		return;
	}
	while (waitpid(child, &status, 0) < 0)
		REQUIRE(errno == EINTR);
	/* A process that the command left behind keeps the cgroup, and the kernel may need a moment to release
	   an ended one. */
	for (int try = 0; rmdir(path) < 0 && errno == EBUSY && try < 100; try++)
		usleep(10000);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}
