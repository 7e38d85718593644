#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// A process has one terminal, and handlers of signals take no argument, so all of this is global.
static struct {
  struct termios attributes;  // as they were
  int input, output;
  volatile sig_atomic_t is_taken;
  int signals[2];  // a pipe: the handler writes the number of each signal as a byte
  volatile sig_atomic_t is_ending;
  int is_prepared;
} terminal = {.signals = {-1, -1}};

// Alternate screen, no cursor, no wrapping at the right edge.
static const char enter_text[] = "\033[?1049h\033[?25l\033[?7l\033[H\033[2J";
static const char leave_text[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

static const int told[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
static struct sigaction before_crash[COUNT(crashes)];

static void write_all(const char *text, size_t length) {
  while (length > 0) {
    ssize_t written = write(terminal.output, text, length);
    if (written < 0 && errno == EINTR) continue;
    // A terminal that is gone takes nothing, and needs nothing.
    if (written <= 0) return;
    text += written;
    length -= (size_t)written;
  }
}

static void tell(int number) {
  int saved = errno;
  int ends = number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
  if (ends) {
    // The program may be stuck, so the second one does not ask it.
    if (terminal.is_ending) {
      cterminal_leave();
      signal(number, SIG_DFL);
      raise(number);
    }
    terminal.is_ending = 1;
  }
  unsigned char byte = (unsigned char)number;
  // A full pipe has enough to tell.
  ssize_t ignored = write(terminal.signals[1], &byte, 1);
  (void)ignored;
  errno = saved;
}

static void crash(int number) {
  cterminal_leave();
  for (size_t i = 0; i < COUNT(crashes); i++)
    if (crashes[i] == number) sigaction(number, &before_crash[i], NULL);
  // Arrives when this handler returns.
  raise(number);
}

static int prepare(void) {
  if (terminal.is_prepared) return 0;
  if (pipe2(terminal.signals, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
  struct sigaction action = {.sa_handler = tell};
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART: a signal must end a write to a terminal that takes nothing.
  for (size_t i = 0; i < COUNT(told); i++) sigaction(told[i], &action, NULL);
  // A stack of its own, for a stack that overflowed.
  static char stack[32768];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction crashing = {.sa_handler = crash, .sa_flags = SA_ONSTACK};
  sigemptyset(&crashing.sa_mask);
  for (size_t i = 0; i < COUNT(crashes); i++) sigaction(crashes[i], &crashing, &before_crash[i]);
  terminal.is_prepared = 1;
  return 0;
}

int cterminal_enter(int input, int output) {
  if (terminal.is_taken) return 0;
  struct termios attributes;
  if (tcgetattr(input, &attributes) < 0) return -errno;
  if (!isatty(output)) return -errno;
  int error = prepare();
  if (error < 0) return error;
  terminal.attributes = attributes;
  terminal.input = input;
  terminal.output = output;
  terminal.is_taken = 1;
  attributes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
  // Without IXON, for Ctrl-S would stop the output.
  attributes.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | ISTRIP);
  attributes.c_cc[VMIN] = 1;
  attributes.c_cc[VTIME] = 0;
  while (tcsetattr(input, TCSANOW, &attributes) < 0)
    if (errno != EINTR) {
      error = -errno;
      terminal.is_taken = 0;
      return error;
    }
  write_all(enter_text, sizeof enter_text - 1);
  return 0;
}

void cterminal_leave(void) {
  if (!terminal.is_taken) return;
  terminal.is_taken = 0;
  int saved = errno;
  // In the background the first call would stop the process, by SIGTTOU.
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  sigprocmask(SIG_BLOCK, &stop, &before);
  tcsetattr(terminal.input, TCSANOW, &terminal.attributes);
  write_all(leave_text, sizeof leave_text - 1);
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = saved;
}

int cterminal_signals(void) { return terminal.signals[0]; }

int cterminal_next_signal(void) {
  unsigned char byte;
  if (terminal.signals[0] < 0) return 0;
  ssize_t length;
  do {
    length = read(terminal.signals[0], &byte, 1);
  } while (length < 0 && errno == EINTR);
  return length == 1 ? byte : 0;
}

// SIGSTOP and not SIGTSTP, which has a handler here. A shell shows both as stopped.
void cterminal_stop(void) { raise(SIGSTOP); }

int cterminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}
