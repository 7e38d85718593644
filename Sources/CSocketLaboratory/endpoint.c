#include "endpoint.h"

#include <endian.h>
#include <netinet/in.h>
#include <string.h>

socklen_t socklab_to_sockaddr(struct socklab_endpoint endpoint, struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  if (!endpoint.is_v6) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    v4->sin_addr.s_addr = htonl((uint32_t)endpoint.low);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
  uint64_t words[2] = {htobe64(endpoint.high), htobe64(endpoint.low)};
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(endpoint.port);
  v6->sin6_scope_id = endpoint.scope;
  memcpy(&v6->sin6_addr, words, sizeof words);
  return sizeof *v6;
}

struct socklab_endpoint socklab_from_sockaddr(const struct sockaddr_storage *storage) {
  struct socklab_endpoint endpoint = {0};
  if (storage->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)storage;
    endpoint.port = ntohs(v4->sin_port);
    endpoint.low = ntohl(v4->sin_addr.s_addr);
    return endpoint;
  }
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)storage;
  uint64_t words[2];
  memcpy(words, &v6->sin6_addr, sizeof words);
  endpoint.is_v6 = true;
  endpoint.high = be64toh(words[0]);
  endpoint.low = be64toh(words[1]);
  endpoint.port = ntohs(v6->sin6_port);
  endpoint.scope = v6->sin6_scope_id;
  return endpoint;
}
