// A terminal that a program draws on. It is given back however the program ends, except by SIGKILL.
#ifndef CTERMINAL_H
#define CTERMINAL_H

// Takes over the terminal of this process: keys arrive at once and are not echoed, and output goes to the alternate
// screen, which leaves the text before it as it is.
//
// From the first call on, these signals no longer end or stop the process; cterminal_next_signal() returns them: SIGINT,
// SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH. A second one of the first four ends the process at once. Every
// other signal that ends a process, such as SIGSEGV or SIGPIPE, gives the terminal back first.
//
// Call it again after cterminal_leave() to take the terminal once more. While the terminal is taken, a call repeats the
// settings: a shell may have changed them while the process was stopped.
//
// Returns 0 or -errno; -ENOTTY where one of the descriptors is no terminal.
int cterminal_enter(int input, int output);

// Gives the terminal back as it was. Does nothing if it is not taken. May be called from a signal handler.
void cterminal_leave(void);

// A descriptor that is readable when a signal has arrived; -1 before the first cterminal_enter().
int cterminal_signals(void);

// The next signal that has arrived, in the order of arrival; 0 if there is none.
int cterminal_next_signal(void);

// Keeps the signals above from arriving on the calling thread, so that they interrupt the thread that draws.
void cterminal_block_signals(void);

// Stops the process as Ctrl-Z does, until it is continued. If no shell could continue it, the kernel does not stop it.
void cterminal_stop(void);

// The size of a terminal. Returns 0 or -errno.
int cterminal_size(int descriptor, int *columns, int *rows);

#endif
