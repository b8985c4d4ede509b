// Package facebookads is for reading Meta's Marketing API: what Facebook Ads
// has, what to ask for, how to ask politely, and what the answers mean.
//
// It may know Graph's wire format, and nothing of warehouses, ledgers or the
// simulator. The one rule it keeps: absent is not zero, and what Meta sent is
// never lost: it is in a column, in raw, or in quarantine.
package facebookads

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
	"adtally/internal/table"
)

// The defaults of an installation.
const (
	DefaultAddress = "https://graph.facebook.com"
	DefaultVersion = "v25.0"
)

// firstPoll is how soon a report is asked for: recorded small ones took 0–4 s
// (META_API.md §4), and the wait doubles.
const firstPoll = 250 * time.Millisecond

// Config is what an installation sets. Its zero value speaks to Meta.
type Config struct {
	Address string       // where Graph is; DefaultAddress when empty
	Version string       // DefaultVersion when empty
	HTTP    *http.Client // http.DefaultClient when nil
	// Poll is how long to wait before a report is asked for the first time;
	// a quarter of a second when zero. It doubles from there.
	Poll time.Duration
}

// Connector reads Facebook Ads.
type Connector struct {
	config Config
	fetch  *fetch.Client
}

var _ connector.Connector = (*Connector)(nil)

// New makes the connector.
func New(c Config) *Connector {
	c.Address = cmp.Or(c.Address, DefaultAddress)
	c.Version = cmp.Or(c.Version, DefaultVersion)
	c.Poll = cmp.Or(c.Poll, firstPoll)
	return &Connector{config: c, fetch: &fetch.Client{HTTP: c.HTTP, Judge: judge}}
}

// Spec describes the connector.
func (c *Connector) Spec() adtally.Spec {
	return adtally.Spec{
		Name: "facebookads", Title: "Facebook Ads",
		Summary: "Ad accounts, campaigns, ad sets, ads and creatives, and their daily spend and performance. Needs ads_read, nothing more.",
		Fields: []adtally.Field{
			{Key: "graph_url", Label: "Address of the Graph API", Help: "Only for a proxy or the simulator.", Default: DefaultAddress, Scope: adtally.PerInstallation},
			{Key: "access_token", Label: "Access token", Help: "With the permission ads_read. A system user's token does not expire.", Secret: true, Scope: adtally.PerSource},
		},
	}
}

func (c *Connector) graph(s adtally.Secret) *graph {
	return &graph{fetch: c.fetch, base: baseURL(c.config.Address, c.config.Version), secret: s}
}

// Open makes a reader of the tables that the source names; of all when it names
// none.
func (c *Connector) Open(source adtally.Source, secret adtally.Secret) (connector.Reader, error) {
	streams, err := choose(allStreams(), source.Tables)
	if err != nil {
		return nil, err
	}
	return &reader{graph: c.graph(secret), source: source, poll: c.config.Poll, streams: streams}, nil
}

func allStreams() []*stream {
	list := []*stream{adAccounts(), campaigns(), adSets(), ads(), adCreatives()}
	for _, l := range levels {
		list = append(list, basic(l))
	}
	return list
}

// Tables lists every table that the connector can fill.
func Tables() (names []string) {
	for _, s := range allStreams() {
		for _, t := range s.tables() {
			names = append(names, t.Name)
		}
	}
	return names
}

// choose keeps the streams of the named tables. A report brings its actions
// only when they are named: most of the bytes of an answer are theirs.
func choose(all []*stream, tables []string) (kept []*stream, err error) {
	for _, name := range tables {
		if !slices.Contains(Tables(), name) {
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "unknown_table",
				Message: fmt.Sprintf("There is no table %q", name), Hint: "Choose from: " + strings.Join(Tables(), ", ") + "."}
		}
	}
	wanted := func(t *table.Schema) bool { return len(tables) == 0 || slices.Contains(tables, t.Name) }
	for _, s := range all {
		own, actions := wanted(s.table), s.actions != nil && wanted(s.actions)
		if !own && !actions {
			continue
		}
		if !actions {
			s.actions = nil
		}
		kept = append(kept, s.build())
	}
	return kept, nil
}

// reader reads one source.
type reader struct {
	graph   *graph
	source  adtally.Source
	poll    time.Duration
	streams []*stream

	mu   sync.Mutex
	took map[string]time.Duration // how long a stream's last report took
}

func (r *reader) Streams() (out []connector.Stream) {
	for _, s := range r.streams {
		out = append(out, s.public())
	}
	return out
}

func (r *reader) stream(name string) *stream {
	for _, s := range r.streams {
		if s.name == name {
			return s
		}
	}
	return nil
}
