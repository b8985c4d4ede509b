package notify

import (
	"net"
	"net/netip"
	"syscall"
	"time"
)

// metadata are addresses at which clouds hand out machine credentials. Messages may go
// to any other address of the owner, also in private networks, but never to these or
// to link-local addresses, which serve the same purpose.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd20:ce::254"),    // Google Cloud
}

// embedding lists IPv6 prefixes that contain an IPv4 address, and its offset in bytes.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // RFC 6052
	{netip.MustParsePrefix("2002::/16"), 2},     // RFC 3056
}

// thisNetwork is answered by the machine itself (RFC 1122, 3.2.1.3).
var thisNetwork = netip.MustParsePrefix("0.0.0.0/8")

// plainAddress returns the address that the network finally connects to.
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

// refusedReason says why messages must not go to an address; "" = they may.
func refusedReason(a netip.Addr, loopbackOnly bool) string {
	a = plainAddress(a)
	for _, m := range metadata {
		if a == m {
			return "it is the metadata service of a cloud"
		}
	}
	switch {
	case a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast():
		return "it is link-local"
	case a.IsMulticast() || a.IsUnspecified() || thisNetwork.Contains(a):
		return "it is not the address of a server"
	case loopbackOnly && !a.IsLoopback():
		return "unencrypted messages may only go to this machine"
	}
	return ""
}

// dialer connects to addresses that are not barred. It checks the resolved address at
// the time of connecting, because a name may resolve differently than before.
func dialer(loopbackOnly bool) *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if why := refusedReason(to.Addr(), loopbackOnly); why != "" {
			return closed(to.Addr().String(), why)
		}
		return nil
	}}
}
