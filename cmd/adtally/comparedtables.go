package main

import "sync"

// comparedTables keeps which tables are compared with the platform's totals, by what sources read.
type comparedTables struct {
	mu  sync.Mutex
	all map[string][]string
}

// mostCompared is how many choices of tables are kept: more than an installation has sources.
const mostCompared = 1000

func (c *comparedTables) of(key string) (names []string, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	names, known = c.all[key]
	return names, known
}

func (c *comparedTables) keep(key string, names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= mostCompared {
		c.all = map[string][]string{}
	}
	c.all[key] = names
}
