#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSocketLaboratoryKit.h"

static long bpf(enum bpf_cmd command, union bpf_attr *attributes) {
  return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

// A map of this kind must describe the types of its keys and values. Here both are an int.
static int load_types(void) {
  static const char names[] = "\0int";
  const struct {
    struct btf_header header;
    struct btf_type type;
    uint32_t encoding;
    char names[sizeof names];
  } types = {
      .header = {.magic = BTF_MAGIC,
                 .version = BTF_VERSION,
                 .hdr_len = sizeof(struct btf_header),
                 .type_len = sizeof(struct btf_type) + sizeof(uint32_t),
                 .str_off = sizeof(struct btf_type) + sizeof(uint32_t),
                 .str_len = sizeof names},
      .type = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = sizeof(int32_t)},
      .encoding = BTF_INT_SIGNED << 24 | 32,
      .names = "\0int",
  };
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.btf = (uintptr_t)&types;
  attributes.btf_size = sizeof types.header + types.header.type_len + types.header.str_len;
  return (int)bpf(BPF_BTF_LOAD, &attributes);
}

int socklab_storage_map(uint32_t *number) {
  int types = load_types();
  if (types < 0) return -errno;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_SK_STORAGE;
  attributes.key_size = sizeof(int32_t);
  attributes.value_size = sizeof(int32_t);
  attributes.map_flags = BPF_F_NO_PREALLOC;
  attributes.btf_fd = (uint32_t)types;
  attributes.btf_key_type_id = 1;
  attributes.btf_value_type_id = 1;
  int map = (int)bpf(BPF_MAP_CREATE, &attributes);
  int result = map < 0 ? -errno : map;
  close(types);
  if (map < 0) return result;

  struct bpf_map_info info;
  memset(&info, 0, sizeof info);
  memset(&attributes, 0, sizeof attributes);
  attributes.info.bpf_fd = (uint32_t)map;
  attributes.info.info_len = sizeof info;
  attributes.info.info = (uintptr_t)&info;
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0) {
    result = -errno;
    close(map);
    return result;
  }
  *number = info.id;
  return map;
}

int socklab_store(int map, int descriptor, uint32_t value) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uintptr_t)&descriptor;
  attributes.value = (uintptr_t)&value;
  return bpf(BPF_MAP_UPDATE_ELEM, &attributes) < 0 ? -errno : 0;
}
