#include "CFloor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 32 * 1024, TCP_ESTABLISHED_STATE = 1 };

static _Thread_local _Alignas(struct nlmsghdr) unsigned char buffer[BUFFER_SIZE];
static _Thread_local uint32_t sequence;

// S_EQ takes its operand from the `no` field of the next operation; a socket with another port goes beyond the end.
struct port_program {
    struct nlattr attribute;
    struct inet_diag_bc_op operations[2];
};

struct dump_both {
    struct nlmsghdr header;
    struct inet_diag_req body;
    struct port_program program;
};

struct dump_one {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

// Called for each reply, for callers that need more than a count.
typedef void visit(const struct inet_diag_msg *message, size_t length, void *context);

int floor_open(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    return descriptor < 0 ? -errno : descriptor;
}

void floor_close(int descriptor) {
    close(descriptor);
}

static struct nlmsghdr header(uint16_t type, uint16_t flags, size_t length) {
    sequence += 1;
    return (struct nlmsghdr){
        .nlmsg_len = (uint32_t)length,
        .nlmsg_type = type,
        .nlmsg_flags = NLM_F_REQUEST | flags,
        .nlmsg_seq = sequence,
    };
}

static long send_request(int descriptor, const void *bytes, size_t length) {
    return send(descriptor, bytes, length, 0) < 0 ? -errno : 0;
}

static struct port_program port_program(uint16_t port) {
    enum { LENGTH = sizeof(struct inet_diag_bc_op[2]) };
    return (struct port_program){
        .attribute = {.nla_len = sizeof(struct port_program), .nla_type = INET_DIAG_REQ_BYTECODE},
        .operations = {{.code = INET_DIAG_BC_S_EQ, .yes = LENGTH, .no = LENGTH + 4}, {.no = port}},
    };
}

static long send_dump(int descriptor, const struct floor_request *request) {
    uint16_t port = request->port_test == FLOOR_PORT_IN_REQUEST ? htons(request->source_port) : 0;
    size_t program = request->port_test == FLOOR_PORT_IN_PROGRAM ? sizeof(struct port_program) : 0;
    if (request->walk == FLOOR_BOTH_FAMILIES) {
        struct dump_both message = {
            .header = header(TCPDIAG_GETSOCK, NLM_F_DUMP, offsetof(struct dump_both, program) + program),
            .body = {
                .idiag_ext = request->extensions,
                .id.idiag_sport = port,
                .idiag_states = request->states,
            },
            .program = port_program(request->source_port),
        };
        return send_request(descriptor, &message, message.header.nlmsg_len);
    }
    struct dump_one message = {
        .header = header(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof message),
        .body = {
            .sdiag_family = (uint8_t)request->walk,
            .sdiag_protocol = IPPROTO_TCP,
            .idiag_ext = request->extensions,
            .idiag_states = request->states,
            .id.idiag_sport = port,
        },
    };
    return send_request(descriptor, &message, sizeof message);
}

// NLMSG_OK mixes signed and unsigned lengths.
static const struct nlmsghdr *message_at(size_t offset, size_t received) {
    if (offset + sizeof(struct nlmsghdr) > received) return NULL;
    const struct nlmsghdr *message = (const void *)(buffer + offset);
    return message->nlmsg_len >= sizeof *message && message->nlmsg_len <= received - offset ? message : NULL;
}

static long error_of(const struct nlmsghdr *message) {
    int error;
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof error)) return 0;
    memcpy(&error, NLMSG_DATA(message), sizeof error);
    return error;
}

static long receive_dump(int descriptor, visit *each, void *context) {
    long count = 0;
    for (;;) {
        ssize_t received = recv(descriptor, buffer, sizeof buffer, 0);
        if (received < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        const struct nlmsghdr *message;
        for (size_t offset = 0; (message = message_at(offset, (size_t)received)) != NULL;
             offset += NLMSG_ALIGN(message->nlmsg_len)) {
            if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
                long error = error_of(message);
                return error < 0 ? error : count;
            }
            count += 1;
            if (each) each(NLMSG_DATA(message), NLMSG_PAYLOAD(message, 0), context);
        }
    }
}

struct port_count {
    uint16_t port;
    long count;
};

static void count_port(const struct inet_diag_msg *message, size_t length, void *context) {
    (void)length;
    struct port_count *wanted = context;
    wanted->count += message->id.idiag_sport == wanted->port;
}

long floor_dump(int descriptor, struct floor_request request) {
    long error = send_dump(descriptor, &request);
    if (error < 0) return error;
    if (request.port_test != FLOOR_PORT_HERE) return receive_dump(descriptor, NULL, NULL);
    struct port_count wanted = {.port = htons(request.source_port)};
    error = receive_dump(descriptor, count_port, &wanted);
    return error < 0 ? error : wanted.count;
}

// The header of Linux 6.1 has every member that is read here.
static void add_members(const struct inet_diag_msg *message, size_t length, void *context) {
    struct floor_sums *sums = context;
    const unsigned char *bytes = (const void *)message;
    for (size_t offset = NLMSG_ALIGN(sizeof *message); offset + sizeof(struct nlattr) <= length;) {
        const struct nlattr *attribute = (const void *)(bytes + offset);
        if (attribute->nla_len < sizeof *attribute || attribute->nla_len > length - offset) return;
        if (attribute->nla_type == INET_DIAG_INFO) {
            const struct tcp_info *info = (const void *)(attribute + 1);
            if (attribute->nla_len < NLA_HDRLEN + offsetof(struct tcp_info, tcpi_segs_out)) return;
            sums->bytes_acknowledged += info->tcpi_bytes_acked;
            sums->bytes_received += info->tcpi_bytes_received;
            sums->round_trip_microseconds += info->tcpi_rtt;
            sums->retransmits += info->tcpi_total_retrans;
            sums->congestion_window += info->tcpi_snd_cwnd;
            return;
        }
        offset += NLA_ALIGN(attribute->nla_len);
    }
}

struct floor_sums floor_dump_sums(int descriptor, struct floor_request request) {
    struct floor_sums sums = {0};
    sums.count = send_dump(descriptor, &request);
    if (sums.count == 0) sums.count = receive_dump(descriptor, add_members, &sums);
    return sums;
}

long floor_dump_unix(int descriptor, uint32_t show) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req body;
    } message = {
        .header = header(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof message),
        .body = {.sdiag_family = AF_UNIX, .udiag_states = ~0u, .udiag_show = show},
    };
    long error = send_request(descriptor, &message, sizeof message);
    return error < 0 ? error : receive_dump(descriptor, NULL, NULL);
}

long floor_get(int descriptor, struct floor_tuple tuple) {
    struct dump_one message = {
        .header = header(SOCK_DIAG_BY_FAMILY, 0, sizeof message),
        .body = {
            .sdiag_family = tuple.family,
            .sdiag_protocol = IPPROTO_TCP,
            .idiag_states = ~0u,
            .id = {
                .idiag_sport = tuple.source_port,
                .idiag_dport = tuple.destination_port,
                .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
            },
        },
    };
    memcpy(message.body.id.idiag_src, tuple.source, sizeof tuple.source);
    memcpy(message.body.id.idiag_dst, tuple.destination, sizeof tuple.destination);
    long error = send_request(descriptor, &message, sizeof message);
    if (error < 0) return error;
    ssize_t received;
    do {
        received = recv(descriptor, buffer, sizeof buffer, 0);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    const struct nlmsghdr *reply = message_at(0, (size_t)received);
    if (!reply) return -EBADMSG;
    return reply->nlmsg_type == NLMSG_ERROR ? error_of(reply) : 1;
}

struct collection {
    struct floor_tuple *tuples;
    long count;
    long filled;
    long stride;
    long seen;
};

static void collect(const struct inet_diag_msg *message, size_t length, void *context) {
    (void)length;
    struct collection *collection = context;
    collection->seen += 1;
    if (collection->filled == collection->count || collection->seen % collection->stride != 0) return;
    struct floor_tuple *tuple = &collection->tuples[collection->filled];
    tuple->family = message->idiag_family;
    tuple->source_port = message->id.idiag_sport;
    tuple->destination_port = message->id.idiag_dport;
    memcpy(tuple->source, message->id.idiag_src, sizeof tuple->source);
    memcpy(tuple->destination, message->id.idiag_dst, sizeof tuple->destination);
    collection->filled += 1;
}

long floor_collect(int descriptor, struct floor_tuple *tuples, long count, long total) {
    struct floor_request request = {.states = 1u << TCP_ESTABLISHED_STATE};
    struct collection collection = {
        .tuples = tuples,
        .count = count,
        .stride = count > 0 && total > count ? total / count : 1,
    };
    long error = send_dump(descriptor, &request);
    if (error == 0) error = receive_dump(descriptor, collect, &collection);
    return error < 0 ? error : collection.filled;
}
