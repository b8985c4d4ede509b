package pdf

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// origin is the address of the pages within Chromium. It is never resolved: every request is
// sent to the gate. A page of localhost may use what browsers give to secure pages only.
const (
	host   = "localhost"
	origin = "http://" + host
)

// gate is the proxy that Chromium sends every request to. It answers those for the handler,
// without a network, and refuses all others.
type gate struct {
	handler http.Handler
	public  string // name under which the handler knows itself
	page    string // path of the page
	server  *http.Server
	address string

	mu     sync.Mutex
	status int // of the page; 0 = it was not asked for
}

func newGate(handler http.Handler, public, page string) (*gate, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{handler: handler, public: public, page: page, address: listener.Addr().String()}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = g.server.Serve(listener) }() // it ends when the gate is closed
	return g, nil
}

func (g *gate) close() { _ = g.server.Close() }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect || r.URL.Scheme != "http" || r.URL.Host != host {
		http.Error(w, "Only pages of this server are printed", http.StatusForbidden)
		return
	}
	own := r.Clone(r.Context())
	own.URL.Scheme, own.URL.Host, own.Host = "", "", g.public
	own.RequestURI = own.URL.RequestURI()
	for _, name := range []string{"Proxy-Connection", "Proxy-Authorization", "Cookie", "Origin", "Referer"} {
		own.Header.Del(name) // they name the host that Chromium knows
	}
	g.handler.ServeHTTP(&noted{w, g, r.URL.Path}, own)
}

// noted notes the status of the page.
type noted struct {
	http.ResponseWriter
	gate *gate
	path string
}

// Unwrap is for http.ResponseController.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// WriteHeader notes the status.
func (n *noted) WriteHeader(status int) {
	if n.path == n.gate.page {
		n.gate.mu.Lock()
		n.gate.status = status
		n.gate.mu.Unlock()
	}
	n.ResponseWriter.WriteHeader(status)
}

// refusal is an error if the page is not what should be printed.
func (g *gate) refusal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.status != 0 && g.status != http.StatusOK {
		return fmt.Errorf("the page answers with %d", g.status)
	}
	return nil
}
