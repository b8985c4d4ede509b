package graphsim

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"sync"
)

// counts holds how often what was called, as Meta's quota counts: every part of
// a batch is a call.
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

// trace makes an id as Graph gives every response one.
func (c *counts) trace() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traces++
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], c.traces*0x9E3779B97F4A7C15)
	binary.BigEndian.PutUint64(raw[8:], c.traces*0xC2B2AE3D27D4EB4F)
	return "A" + base64.RawURLEncoding.EncodeToString(raw[:])
}

// Calls is what GET /__sim/calls answers.
type Calls struct {
	Counted int            `json:"counted"`         // as Meta's quota counts
	HTTP    int            `json:"http"`            // requests on the wire
	Media   int            `json:"media,omitempty"` // fetched pictures and videos; Meta's quota does not count them
	By      map[string]int `json:"by"`              // counted ones, by name
	Account map[string]int `json:"account"`         // counted ones, by account
	// Blocked are those of the counted ones that a throttle refused, by account;
	// "app" = of none.
	Blocked map[string]int `json:"blocked"`
}

// Calls tells what was called since the start or the last reset.
func (s *Server) Calls() Calls {
	blocked := s.quota.blockedCalls()
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return Calls{Counted: s.counts.counted, HTTP: s.counts.http, Media: s.counts.media, By: maps.Clone(s.counts.by), Account: maps.Clone(s.counts.account), Blocked: blocked}
}
