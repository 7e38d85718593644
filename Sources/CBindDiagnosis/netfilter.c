#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CBindDiagnosis.h"

int cbinddiagnosis_netfilter_open(void)
{
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);

	return descriptor < 0 ? -errno : descriptor;
}

struct request {
	struct nlmsghdr header;
	struct nfgenmsg generic;
	/* Two names, of which the kernel takes up to 255 bytes (NFT_NAME_MAXLEN). */
	uint8_t attributes[1024];
};

static bool put_name(struct request *request, uint16_t type, const char *name)
{
	size_t length = strlen(name) + 1;
	struct nlattr attribute = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};

	if (length > sizeof request->attributes / 2 - NLA_HDRLEN)
		return false;

	uint8_t *end = (uint8_t *)request + request->header.nlmsg_len;

	memcpy(end, &attribute, sizeof attribute);
	memcpy(end + NLA_HDRLEN, name, length);
	request->header.nlmsg_len += NLA_ALIGN(attribute.nla_len);
	return true;
}

int cbinddiagnosis_netfilter_ask(int descriptor, uint8_t message, uint8_t family, const char *table, const char *set)
{
	struct request request = {0};

	request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.generic);
	request.header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | message;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.generic.nfgen_family = family;
	request.generic.version = NFNETLINK_V0;
	if (*set != 0 && (!put_name(&request, NFTA_SET_ELEM_LIST_TABLE, table) || !put_name(&request, NFTA_SET_ELEM_LIST_SET, set)))
		return -ENAMETOOLONG;
	return send(descriptor, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

ssize_t cbinddiagnosis_netfilter_receive(int descriptor, void *buffer, size_t capacity)
{
	struct sockaddr_nl sender = {0};
	socklen_t size = sizeof sender;

	for (;;) {
		ssize_t length = recvfrom(descriptor, buffer, capacity, MSG_TRUNC, (struct sockaddr *)&sender, &size);

		if (length < 0)
			return -errno;
		/* Any process with CAP_NET_ADMIN may send here; the kernel's port id is 0. */
		if (sender.nl_pid == 0)
			return length;
	}
}
