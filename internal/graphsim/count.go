package graphsim

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"sync"
)

// counts counts calls as Meta's quota does: every part of a batch is a call.
type counts struct {
	mu      sync.Mutex
	counted int
	http    int
	media   int
	by      map[string]int
	traces  uint64
	account map[string]int
	repeats map[repeat]int
}

func newCounts() *counts {
	c := &counts{}
	c.reset()
	return c
}

func (c *counts) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted, c.http, c.media, c.by = 0, 0, 0, map[string]int{}
	c.account, c.repeats = map[string]int{}, map[repeat]int{}
}

func (c *counts) countHTTP() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.http++
}

func (c *counts) countMedia() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.media++
}

func (c *counts) count(e *event) {
	asked := repeat{e.name, e.call.text()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted++
	c.by[e.name]++
	c.repeats[asked]++
	if e.node.account != nil {
		c.account["act_"+e.node.account.id]++
	}
}

// trace returns a trace ID; Graph adds one to every response.
func (c *counts) trace() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traces++
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], c.traces*0x9E3779B97F4A7C15)
	binary.BigEndian.PutUint64(raw[8:], c.traces*0xC2B2AE3D27D4EB4F)
	return "A" + base64.RawURLEncoding.EncodeToString(raw[:])
}

// Calls is the answer of GET /__sim/calls.
type Calls struct {
	Counted int            `json:"counted"`         // as Meta's quota counts
	HTTP    int            `json:"http"`            // requests on the wire
	Media   int            `json:"media,omitempty"` // pictures and videos, which Meta's quota does not count
	By      map[string]int `json:"by"`              // counted calls by name
	Account map[string]int `json:"account"`         // counted calls by account
	// Blocked is the number of counted calls that a throttle rejected, by account; "app" for
	// calls without an account.
	Blocked map[string]int `json:"blocked"`
}

// Calls returns the calls since the start or the last reset.
func (s *Server) Calls() Calls {
	blocked := s.quota.blockedCalls()
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return Calls{Counted: s.counts.counted, HTTP: s.counts.http, Media: s.counts.media, By: maps.Clone(s.counts.by), Account: maps.Clone(s.counts.account), Blocked: blocked}
}
