/*
 * The command's entry.
 *
 * In C, because Swift's runtime reads the command line from /proc/self/cmdline: where /proc is not mounted, as in a
 * chroot, every command line would look empty.
 */

/* Defined in Swift: Sources/SockDiagCommand/Root/CommandEntry.swift. */
extern int sockdiag_run(int count, char **words);

int main(int argc, char **argv)
{
	return sockdiag_run(argc, argv);
}
