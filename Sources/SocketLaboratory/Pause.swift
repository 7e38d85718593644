internal import Glibc

/// Lets the kernel and the other processes work before the next look at a table.
func pause() { usleep(2_000) }
