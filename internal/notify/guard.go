package notify

import (
	"net"
	"net/netip"
	"syscall"
	"time"
)

// A message goes to any address of the owner's, also on a private network, but
// to none behind which the machine itself may be asked for its secrets: a cloud
// gives them out at link-local addresses, and at these.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd20:ce::254"),    // Google Cloud
}

// Addresses of version 6 that stand for one of version 4, and where in them.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // RFC 6052
	{netip.MustParsePrefix("2002::/16"), 2},     // RFC 3056
}

// thisNetwork is answered by the machine itself (RFC 1122, 3.2.1.3).
var thisNetwork = netip.MustParsePrefix("0.0.0.0/8")

// plainAddress is an address as the network in the end takes it.
func plainAddress(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	for _, e := range embedding {
		if e.prefix.Contains(a) {
			b := a.As16()
			return netip.AddrFrom4([4]byte(b[e.at : e.at+4]))
		}
	}
	return a
}

// barred says why no message goes to an address; "" = it may.
func barred(a netip.Addr, loopbackOnly bool) string {
	a = plainAddress(a)
	for _, m := range metadata {
		if a == m {
			return "there a cloud tells its machines their secrets"
		}
	}
	switch {
	case a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast():
		return "it is link-local"
	case a.IsMulticast() || a.IsUnspecified() || thisNetwork.Contains(a):
		return "it is no server's"
	case loopbackOnly && !a.IsLoopback():
		return "only this machine itself is told without encryption"
	}
	return ""
}

// dialer connects to what is not barred. It looks at the address that a name has
// led to, at the moment of connecting: a name may lead elsewhere than before.
func dialer(loopbackOnly bool) *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if why := barred(to.Addr(), loopbackOnly); why != "" {
			return closed(to.Addr().String(), why)
		}
		return nil
	}}
}
