package notify

import (
	"errors"
	"net"
)

// mostSaid limits how many bytes a mail server may send in one conversation.
// Certificates are the longest part, with a few kilobytes; answers are a few hundred
// bytes, one per mailbox.
const mostSaid = 1 << 20

// mostHeader limits the headers of an answer; the standard library allows ten
// megabytes.
const mostHeader = 64 << 10

var errEndless = errors.New("the server sends too much data")

// bounded is a connection that ends after a number of bytes: SMTP limits neither the
// length of a line nor the number of lines.
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
