package graphsim

import (
	"cmp"
	"slices"
	"strings"
)

// repeat identifies calls that are equal byte for byte, except for the token, which may be
// in a header.
type repeat struct{ name, text string }

// text returns the method, the path and the parameters of a call.
func (c *call) text() string {
	text := c.method + " /" + c.version.asked + "/" + strings.Join(c.path, "/")
	names := make([]string, 0, len(c.params))
	for name := range c.params {
		if name != "access_token" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		sign := "&"
		if i == 0 {
			sign = "?"
		}
		text += sign + name + "=" + strings.Join(c.params[name], ",")
	}
	return text
}

// Repeat is one element of GET /__sim/repeats.
type Repeat struct {
	Name    string `json:"name"` // as in /__sim/calls
	Request string `json:"request"`
	Times   int    `json:"times"`
}

// Repeats returns how often each request was sent since the start or the last reset, the
// most frequent first.
func (s *Server) Repeats() []Repeat {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	list := make([]Repeat, 0, len(s.counts.repeats))
	for r, times := range s.counts.repeats {
		list = append(list, Repeat{Name: r.name, Request: r.text, Times: times})
	}
	slices.SortFunc(list, func(a, b Repeat) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), strings.Compare(a.Request, b.Request))
	})
	return list
}
