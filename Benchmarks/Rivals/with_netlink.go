// Lists TCP sockets with github.com/vishvananda/netlink, over sock_diag, once for each line of standard input, and prints
// how many there are. With the argument "info" it asks for tcp_info.
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func count(family uint8, info bool) int {
	if info {
		sockets, err := netlink.SocketDiagTCPInfo(family)
		check(err)
		return len(sockets)
	}
	sockets, err := netlink.SocketDiagTCP(family)
	check(err)
	return len(sockets)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	info := len(os.Args) > 1 && os.Args[1] == "info"
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		fmt.Println(count(unix.AF_INET, info) + count(unix.AF_INET6, info))
	}
}
