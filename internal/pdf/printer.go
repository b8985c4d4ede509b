package pdf

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"adtally"
)

// Printer prints pages.
type Printer struct {
	Chromium string        // path of the program
	Handler  http.Handler  // serves the pages
	Host     string        // name under which the handler knows itself: its public host and port
	Timeout  time.Duration // of one page; 0 = 30 seconds

	once  sync.Once
	turns chan struct{}
}

const (
	usualTimeout = 30 * time.Second
	atOnce       = 2 // a Chromium needs some 200 MB
)

// names are those under which Chromium is installed.
var names = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// Find returns the path of Chromium; empty = it is not installed.
func Find() string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Print returns a PDF of the page at a path, with times in a zone.
func (p *Printer) Print(ctx context.Context, path, zone string) ([]byte, error) {
	p.once.Do(func() { p.turns = make(chan struct{}, atOnce) })
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	timeout := p.Timeout
	if timeout == 0 {
		timeout = usualTimeout
	}
	bounded, cancel := context.WithTimeoutCause(ctx, timeout, errSlow)
	defer cancel()
	pdf, err := p.print(bounded, path, zone)
	if err != nil && bounded.Err() != nil {
		err = context.Cause(bounded)
	}
	if err == nil || ctx.Err() != nil {
		return pdf, err
	}
	return nil, &adtally.Fault{Act: adtally.Retry, Code: "print_failed", Message: "Chromium did not make the PDF", Hint: "Try again; the server's log has the reason.", Err: err}
}

var errSlow = errors.New("the page was not printed in time")

// print starts Chromium for one page: nothing of it is left for the next.
func (p *Printer) print(ctx context.Context, path, zone string) ([]byte, error) {
	g, err := newGate(p.Handler, p.Host, path)
	if err != nil {
		return nil, err
	}
	defer g.close()
	b, err := start(ctx, p.Chromium, g.address)
	if err != nil {
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	defer b.close()
	pdf, err := b.print(ctx, origin+path, zone)
	if refused := g.refusal(); err == nil && refused != nil {
		err = refused
	}
	return pdf, err
}
