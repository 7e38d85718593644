#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// A process has one terminal, and signal handlers take no context, so the state is global.
static struct {
	struct termios attributes;  // those to give back
	int input, output;
	volatile sig_atomic_t is_taken;
	int signals[2];  // a pipe: the handler writes the number of each signal as a byte
	volatile sig_atomic_t is_ending;
	int is_prepared;
} terminal = {.signals = {-1, -1}};

// Alternate screen, no cursor, no wrapping at the right edge.
static const char enter_text[] = "\033[?1049h\033[?25l\033[?7l\033[H\033[2J";
static const char leave_text[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

static const int reported[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
// Errors of the program, and all other signals whose default is to end the process.
static const int deadly[] = {SIGSEGV, SIGBUS,  SIGILL,  SIGTRAP, SIGFPE,    SIGABRT, SIGSYS, SIGPIPE, SIGALRM,
			     SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,  SIGPWR,  SIGSTKFLT};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
static struct sigaction before[COUNT(deadly)];

static void write_all(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(terminal.output, text, length);
		if (written < 0 && errno == EINTR) continue;
		// Nothing can be given back to a terminal that is gone.
		if (written <= 0) return;
		text += written;
		length -= (size_t)written;
	}
}

static void report(int number)
{
	int saved = errno;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT) {
		// The program may hang, so it is not asked a second time.
		if (terminal.is_ending) {
			cterminal_leave();
			signal(number, SIG_DFL);
			raise(number);
		}
		terminal.is_ending = 1;
	}
	unsigned char byte = (unsigned char)number;
	// If the pipe is full, the program has signals to read anyway.
	ssize_t ignored = write(terminal.signals[1], &byte, 1);
	(void)ignored;
	errno = saved;
}

static void die(int number)
{
	cterminal_leave();
	for (size_t i = 0; i < COUNT(deadly); i++)
		if (deadly[i] == number) sigaction(number, &before[i], NULL);
	// Arrives when this handler returns.
	raise(number);
}

static void handle(int number, void (*handler)(int), int flags, struct sigaction *old)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, old);
}

static int prepare(void)
{
	if (terminal.is_prepared) return 0;
	if (pipe2(terminal.signals, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
	// Without SA_RESTART: a signal has to end a write to a terminal that accepts nothing.
	for (size_t i = 0; i < COUNT(reported); i++) handle(reported[i], report, 0, NULL);
	// A separate stack, in case the thread's own one has overflowed.
	static char stack[65536];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
	sigaltstack(&alternate, NULL);
	for (size_t i = 0; i < COUNT(deadly); i++) {
		handle(deadly[i], die, SA_ONSTACK, &before[i]);
		// A signal that the parent chose to ignore stays ignored.
		if (before[i].sa_handler == SIG_IGN) sigaction(deadly[i], &before[i], NULL);
	}
	terminal.is_prepared = 1;
	return 0;
}

int cterminal_enter(int input, int output)
{
	struct termios attributes;
	if (tcgetattr(input, &attributes) < 0) return -errno;
	if (!isatty(output)) return -errno;
	int error = prepare();
	if (error < 0) return error;
	if (!terminal.is_taken) {
		terminal.attributes = attributes;
		terminal.input = input;
		terminal.output = output;
		terminal.is_taken = 1;
	}
	attributes = terminal.attributes;
	attributes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	attributes.c_lflag |= ISIG;
	// Without IXON: Ctrl-S would stop the output.
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

void cterminal_leave(void)
{
	if (!terminal.is_taken) return;
	terminal.is_taken = 0;
	int saved = errno;
	// In the background, tcsetattr and write would stop the process by SIGTTOU.
	sigset_t stop, mask;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stop, &mask);
	tcsetattr(terminal.input, TCSANOW, &terminal.attributes);
	write_all(leave_text, sizeof leave_text - 1);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	errno = saved;
}

int cterminal_signals(void)
{
	return terminal.signals[0];
}

int cterminal_next_signal(void)
{
	unsigned char byte;
	if (terminal.signals[0] < 0) return 0;
	ssize_t length;
	do {
		length = read(terminal.signals[0], &byte, 1);
	} while (length < 0 && errno == EINTR);
	return length == 1 ? byte : 0;
}

void cterminal_block_signals(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	for (size_t i = 0; i < COUNT(reported); i++) sigaddset(&signals, reported[i]);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

// SIGTSTP and not SIGSTOP: the kernel ignores it where no shell could continue the process.
void cterminal_stop(void)
{
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	handle(SIGTSTP, report, 0, NULL);
}

int cterminal_size(int descriptor, int *columns, int *rows)
{
	struct winsize size;
	if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return 0;
}
