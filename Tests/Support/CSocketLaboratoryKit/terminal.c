#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "CSocketLaboratory.h"
#include "CSocketLaboratoryKit.h"

static int open_program_end(int own) {
  struct termios settings;
  if (grantpt(own) < 0 || unlockpt(own) < 0) return -errno;
  int program = ioctl(own, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (program < 0) return -errno;
  if (tcgetattr(program, &settings) == 0) {
    settings.c_lflag &= ~(tcflag_t)ECHO;
    settings.c_oflag &= ~(tcflag_t)OPOST;
    if (tcsetattr(program, TCSANOW, &settings) == 0) return program;
  }
  int error = errno;
  close(program);
  return -error;
}

struct socklab_terminal socklab_terminal_open(void) {
  struct socklab_terminal terminal = {.own = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (terminal.own < 0) return (struct socklab_terminal){.error = -errno};
  terminal.program = open_program_end(terminal.own);
  if (terminal.program >= 0) return terminal;
  close(terminal.own);
  return (struct socklab_terminal){.error = terminal.program};
}

int socklab_terminal_read(int descriptor, void *buffer, size_t count) {
  ssize_t result = read(descriptor, buffer, count);
  if (result >= 0) return (int)result;
  return errno == EIO ? 0 : -errno;
}
