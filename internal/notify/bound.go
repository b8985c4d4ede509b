package notify

import (
	"errors"
	"net"
)

// mostSaid is how much a mail server may say in one conversation. Certificates
// are the longest part of it, with some kilobytes; an answer is a few hundred
// bytes, one for each mailbox.
const mostSaid = 1 << 20

// mostHeader is how much the headers of an answer may take; the standard library
// would take ten megabytes.
const mostHeader = 64 << 10

var errEndless = errors.New("it sends more than a mail server has to say")

// bounded is a connection that ends when the other side has said too much: the
// protocol has no bound for the length of a line or for the number of lines.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errEndless
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
