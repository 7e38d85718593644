// A terminal that a program draws on: taken over, and given back in every way in which the program may end.
#ifndef CTERMINAL_H
#define CTERMINAL_H

// Takes over the terminal of this process: keys arrive at once and unseen, and output goes to the alternate screen, which leaves
// the text before it as it is. From then on these signals end no process but are told by cterminal_next_signal(): SIGINT,
// SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH. The second one of the first four ends the process. Signals of a crash
// give the terminal back and then do what they did before.
//
// Returns 0 or -errno; ENOTTY where one of the descriptors is no terminal. May be called again after cterminal_leave().
int cterminal_enter(int input, int output);

// Gives the terminal back as it was. Does nothing if it is not taken. May be called from a signal handler.
void cterminal_leave(void);

// A descriptor that is readable when a signal has arrived; -1 before the first cterminal_enter().
int cterminal_signals(void);

// The next signal that has arrived, in the order of arrival; 0 if there is none.
int cterminal_next_signal(void);

// Stops the process as SIGTSTP does, until it is continued.
void cterminal_stop(void);

// The size of a terminal. Returns 0 or -errno.
int cterminal_size(int descriptor, int *columns, int *rows);

#endif
