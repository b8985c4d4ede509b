// Package facebookads is for reading Meta's Marketing API: what Facebook Ads
// has, what to ask for, how to ask politely, and what the answers mean.
//
// It may know Graph's wire format, and nothing of warehouses, databases or the
// simulator. The one rule it keeps: absent is not zero, and what Meta sent is
// never lost: it is in a column, in raw, or in quarantine.
package facebookads

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
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
const firstPoll = time.Second

// Config is what an installation sets. Its zero value speaks to Meta.
type Config struct {
	Address string       // where Graph is; DefaultAddress when empty
	Version string       // DefaultVersion when empty
	HTTP    *http.Client // http.DefaultClient when nil
	// Poll is how long to wait before a report is asked for the first time;
	// a second when zero. It doubles from there.
	Poll time.Duration
	// Now is the day of today, for versions that end; zero = they are not looked at.
	Now time.Time
	// MaxWait is how long Meta's stated waits are sat out; a quarter of an hour
	// when zero. Beyond it, a read ends with a fault that says until when.
	MaxWait time.Duration
	// Waiting is told what holds calls back.
	Waiting func(adtally.RateLimitWait)
	// Say is told what a person should know, such as that a version ends.
	Say func(notice string)
	// App is the installation's own; zero = it has none, and tokens are pasted.
	App adtally.App
	// LoginAddress is where people log in; DefaultLoginAddress when empty.
	LoginAddress string
}

// Connector reads Facebook Ads.
type Connector struct {
	config  Config
	fetch   *fetch.Client
	version atomic.Value // of string
}

var _ connector.Connector = (*Connector)(nil)

// New makes the connector.
func New(c Config) *Connector {
	c.Address = cmp.Or(c.Address, DefaultAddress)
	c.Version = cmp.Or(c.Version, DefaultVersion)
	c.Poll = cmp.Or(c.Poll, firstPoll)
	made := &Connector{config: c}
	made.fetch = &fetch.Client{HTTP: c.HTTP, Judge: judge, Gauge: gauge, MaxWait: c.MaxWait, Waiting: made.waiting}
	made.version.Store(usableVersion(c.Version, c.Now))
	return made
}

// Version is the version of the Marketing API that is spoken, and when it ends;
// zero = Meta has not announced it.
func (c *Connector) Version() (name string, ends time.Time) {
	name = c.version.Load().(string)
	if r, known := releaseOf(name); known && r.ends != 0 {
		ends = r.ends.Start(time.UTC)
	}
	return name, ends
}

// Used is how full the budgets for an account's figures are, as Meta said last.
func (c *Connector) Used(account string) (share float64, known bool) {
	return c.fetch.Used(insightsOf(account).buckets())
}

// waiting tells of a wait whose account it is, and which of Meta's budgets.
func (c *Connector) waiting(w fetch.Wait) {
	if c.config.Waiting == nil {
		return
	}
	account, use, _ := strings.Cut(strings.TrimPrefix(w.Bucket, "act_"), " ")
	if account == string(scopeApp) {
		account, use = "", string(scopeApp)
	}
	c.config.Waiting(adtally.RateLimitWait{Account: account, Budget: budgetWords[scope(use)], Until: w.Until, Used: w.Used, Spaced: w.Space})
}

// budgetWords say what a budget is for; "" stands for the account's own.
var budgetWords = map[scope]string{
	scopeApp: "of the app", scopeAccount: "of the account", "": "of the account",
	scopeInsights: "for reports of the account", scopeManagement: "for objects of the account",
}

// Spec describes the connector.
func (c *Connector) Spec() adtally.Spec {
	return adtally.Spec{
		Name: "facebookads", Title: "Facebook Ads",
		Summary: "Ad accounts, campaigns, ad sets, ads and creatives, and their daily spend and performance. Needs ads_read, nothing more.",
		Fields: []adtally.Field{
			{Key: "graph_url", Label: "Address of the Graph API", Help: "Only for a proxy or the simulator.", Default: DefaultAddress, Scope: adtally.PerInstallation},
			{Key: "login_url", Label: "Address of Facebook's login", Help: "Only for the simulator.", Default: DefaultLoginAddress, Scope: adtally.PerInstallation},
			{Key: "app_id", Label: "App id", Help: "Of your own app at Meta. With it people log in, and tokens of that app are extended by themselves.", Scope: adtally.PerInstallation},
			{Key: "app_secret", Label: "App secret", Help: "From the app's dashboard at Meta: Settings, Basic.", Secret: true, Scope: adtally.PerInstallation},
			{Key: "access_token", Label: "Access token", Help: "With the permission ads_read. A system user's token does not expire.", Secret: true, Scope: adtally.PerSource},
		},
		Faults: credentialFaults(), Guide: guide(), LookBack: lookBack,
	}
}

func (c *Connector) graph(s adtally.Secret) *graph {
	return &graph{fetch: c.fetch, address: strings.TrimRight(c.config.Address, "/"), version: &c.version, secret: s, say: c.config.Say, app: c.config.App, life: &life{}}
}

// Open makes a reader of the tables that the source names; of the usual ones
// when it names none.
func (c *Connector) Open(source adtally.Source, secret adtally.Secret) (connector.Reader, error) {
	own, err := customs(source.Reports)
	if err != nil {
		return nil, err
	}
	metrics, err := ownMetrics(source.Metrics)
	if err != nil {
		return nil, err
	}
	all := append(allStreams(), own...)
	if err := chooseFields(all, source.Fields); err != nil {
		return nil, err
	}
	streams, err := choose(all, source)
	if err != nil {
		return nil, err
	}
	g := c.graph(secret)
	return &reader{graph: g, polls: polls{graph: g}, source: source, poll: c.config.Poll, streams: streams, metrics: metrics}, nil
}

func allStreams() []*stream {
	list := []*stream{adAccounts(), campaigns(), adSets(), ads(), adImages().named(), adVideos().named(), adCreatives(), customConversions().named(), activities()}
	for _, l := range levels {
		list = append(list, basic(l))
	}
	return slices.Concat(list, breakdownReports(), details(), reachReports())
}

// Tables lists every table that the connector can fill.
func Tables() []string { return tableNames(allStreams()) }

func tableNames(streams []*stream) (names []string) {
	for _, s := range streams {
		for _, t := range s.tables() {
			names = append(names, t.Name)
		}
	}
	return names
}

// choose keeps the streams of the named tables, and behind them the account's
// totals where something must add up to them, and what leads to pictures where
// they are wanted. A report brings its actions only
// when they are named: most of the bytes of an answer are theirs.
func choose(all []*stream, source adtally.Source) (kept []*stream, err error) {
	known, tables := tableNames(all), source.Tables
	for _, name := range tables {
		if !slices.Contains(known, name) {
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "unknown_table",
				Message: fmt.Sprintf("There is no table %q", name), Hint: strings.TrimSpace(adtally.DidYouMean(name, known) + " adtally tables lists them all.")}
		}
	}
	var total *stream
	for _, s := range all {
		wanted := func(t *table.Schema) bool {
			return t != nil && (len(tables) == 0 && !s.optional || slices.Contains(tables, t.Name))
		}
		own := wanted(s.table) || source.Pictures && s.pictures != nil
		actions := wanted(s.actions) || s.custom && own && s.actions != nil
		if !actions {
			s.actions = nil
		}
		switch {
		case own || actions:
			kept = append(kept, s.build())
		case s.name == totalTable:
			total = s.build()
		}
	}
	if total != nil && slices.ContainsFunc(kept, func(s *stream) bool { return s.totals }) {
		kept = append(kept, total)
	}
	addUp(kept)
	return kept, checkRead(kept, source.Fields)
}

// reader reads one source.
type reader struct {
	graph    *graph
	source   adtally.Source
	poll     time.Duration
	streams  []*stream
	polls    polls
	slots    allSlots
	tunings  tunings
	starts   starts
	searches fieldSearches
	metrics  []metric // of the user's own
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
