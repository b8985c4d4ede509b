package graphsim

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"sync"
	"time"
)

// counts holds how often what was called, as Meta's quota counts: every part of
// a batch is a call.
type counts struct {
	clock *clock

	mu      sync.Mutex
	counted int
	http    int
	by      map[string]int
	traces  uint64
	hours   map[string]*hour // by account and use case
}

// hour is a rolling hour of calls, in minutes.
type hour struct {
	minutes [60]int
	last    int64
}

func newCounts(c *clock) *counts {
	return &counts{clock: c, by: map[string]int{}, hours: map[string]*hour{}}
}

func (c *counts) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted, c.http, c.by = 0, 0, map[string]int{}
}

func (c *counts) countHTTP() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.http++
}

func (c *counts) count(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted++
	c.by[name]++
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
	Counted int            `json:"counted"` // as Meta's quota counts
	HTTP    int            `json:"http"`    // requests on the wire
	By      map[string]int `json:"by"`      // counted ones, by name
}

// Calls tells what was called since the start or the last reset.
func (s *Server) Calls() Calls {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return Calls{Counted: s.counts.counted, HTTP: s.counts.http, By: maps.Clone(s.counts.by)}
}

// spend counts a call of an account's use case, and gives the percentage of an
// hour's budget that is used up: 190 000 + 400 for insights, 100 000 + 40 for
// objects, for each active ad, at the full tier (rate limits of the notes).
func (c *counts) spend(account, use string, budget int) int {
	minute := int64(c.clock.passed() / time.Minute)
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hours[account+" "+use]
	if h == nil {
		h = &hour{last: minute}
		c.hours[account+" "+use] = h
	}
	for h.last < minute {
		h.last++
		h.minutes[h.last%60] = 0
		if minute-h.last > 60 {
			h.last = minute - 60
		}
	}
	h.minutes[minute%60]++
	used := 0
	for _, n := range h.minutes {
		used += n
	}
	return (used*100 + budget - 1) / budget
}

const (
	insightsBudget = 190_000
	objectsBudget  = 100_000
)

// usage is the X-Business-Use-Case-Usage header [recorded], for one account.
func (s *Server) usage(a *account, insights bool) string {
	use, budget := "ads_management", objectsBudget
	if insights {
		use, budget = "ads_insights", insightsBudget
	}
	used := s.counts.spend(a.id, use, budget)
	return fmt.Sprintf(`{"%s":[{"type":"%s","call_count":%d,"total_cputime":%d,"total_time":%d,"estimated_time_to_regain_access":0,"ads_api_access_tier":"standard_access"}]}`,
		a.id, use, used, used, used)
}
