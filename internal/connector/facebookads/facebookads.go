// Package facebookads reads Meta's Marketing API: which streams Facebook Ads has, what
// to request, how to stay within rate limits, and how to decode the answers.
//
// It knows Graph's wire format and nothing about warehouses, databases or the
// simulator. It follows one rule: absent is not zero, and nothing that Meta sent is
// lost. Every value ends up in a column, in raw, or in quarantine.
package facebookads

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
	"adtally/internal/table"
)

// Defaults of Config.
const (
	DefaultAddress = "https://graph.facebook.com"
	DefaultVersion = "v25.0"
)

// initialPoll is the delay before a report job is first polled: small jobs in
// recordings took 0–4 s (docs/meta-api.md#report-jobs). The delay doubles.
const initialPoll = time.Second

// Config holds the settings of an installation. The zero value uses Meta's servers.
type Config struct {
	Address string       // base URL of the Graph API; DefaultAddress if empty
	Version string       // DefaultVersion if empty
	HTTP    *http.Client // http.DefaultClient if nil
	// Poll is the delay before a report job is first polled; one second if zero. It
	// doubles after each poll.
	Poll time.Duration
	// Now is the current time, used to check whether Version has ended; zero = not
	// checked.
	Now time.Time
	// MaxWait is the longest wait that Meta may request and that is waited out; 15
	// minutes if zero. A longer one ends the read with a fault that says until when to
	// wait.
	MaxWait time.Duration
	// OnWait is called when a rate limit delays requests.
	OnWait func(adtally.RateLimitWait)
	// OnNotice is called with a message for people, for example that the API version
	// will end.
	OnNotice func(notice string)
	// App is the installation's own app at Meta; zero = none, and users paste tokens.
	App adtally.App
	// LoginAddress is the base URL of the login page; DefaultLoginAddress if empty.
	LoginAddress string
}

// Connector reads Facebook Ads.
type Connector struct {
	config  Config
	fetch   *fetch.Client
	version atomic.Value // holds a string
}

var _ connector.Connector = (*Connector)(nil)

// New returns a Connector.
func New(c Config) *Connector {
	c.Address = cmp.Or(c.Address, DefaultAddress)
	c.Version = cmp.Or(c.Version, DefaultVersion)
	c.Poll = cmp.Or(c.Poll, initialPoll)
	made := &Connector{config: c}
	made.fetch = &fetch.Client{HTTP: c.HTTP, Judge: judge, Gauge: readUsage, MaxWait: c.MaxWait, Waiting: made.reportWait}
	made.version.Store(usableVersion(c.Version, c.Now))
	return made
}

// Version returns the Marketing API version in use and the day on which it ends. ends
// is zero if Meta has announced no end.
func (c *Connector) Version() (name string, ends time.Time) {
	name = c.version.Load().(string)
	if r, known := releaseOf(name); known && r.ends != 0 {
		ends = r.ends.Start(time.UTC)
	}
	return name, ends
}

// Used returns how much of the account's budget for insights is used, by Meta's last
// answer, and when that was.
func (c *Connector) Used(account string) (share float64, at time.Time, known bool) {
	return c.fetch.Used(insightsOf(account).buckets())
}

// reportWait reports a wait together with its account and its budget.
func (c *Connector) reportWait(w fetch.Wait) {
	if c.config.OnWait == nil {
		return
	}
	account, use, _ := strings.Cut(strings.TrimPrefix(w.Bucket, "act_"), " ")
	if account == string(scopeApp) {
		account, use = "", string(scopeApp)
	}
	c.config.OnWait(adtally.RateLimitWait{Account: account, Budget: budgetWords[scope(use)], Until: w.Until, Used: w.Used, Spaced: w.Space})
}

// budgetWords describe the budgets; "" is the account's own.
var budgetWords = map[scope]string{
	scopeApp: "of the app", scopeAccount: "of the account", "": "of the account",
	scopeInsights: "for reports of the account", scopeManagement: "for objects of the account",
}

// Spec describes the connector and its settings.
func (c *Connector) Spec() adtally.Spec {
	return adtally.Spec{
		Name: "facebookads", Title: "Facebook Ads", Marketing: marketing(),
		Summary: "Ad accounts, campaigns, ad sets, ads and creatives, and their daily spend and performance. Needs only the permission ads_read.",
		Fields: []adtally.Field{
			{Key: "graph_url", Label: "Address of the Graph API", Help: "Set it only for a proxy or the simulator.", Default: DefaultAddress, Scope: adtally.PerInstallation},
			{Key: "login_url", Label: "Address of Facebook's login", Help: "Set it only for the simulator.", Default: DefaultLoginAddress, Scope: adtally.PerInstallation},
			{Key: "app_id", Label: "App id", Help: "The id of your own app at Meta. It lets people log in, and tokens of that app are extended automatically.", Scope: adtally.PerInstallation},
			{Key: "app_secret", Label: "App secret", Help: "From the app's dashboard at Meta: Settings, Basic.", Secret: true, Scope: adtally.PerInstallation},
			{Key: "access_token", Label: "Access token", Help: "With the permission ads_read. A system user's token does not expire.", Secret: true, Scope: adtally.PerSource},
		},
		Faults: credentialFaults(), Guide: guide(), LookBack: lookBack, Version: c.version.Load().(string),
		Synced: synced, Permissions: permissions, HelpURL: "https://developers.facebook.com/docs/marketing-api/insights", Document: documentText,
	}
}

func (c *Connector) graph(s adtally.Secret) *graph {
	return &graph{fetch: c.fetch, address: strings.TrimRight(c.config.Address, "/"), version: &c.version, secret: s, onNotice: c.config.OnNotice, app: c.config.App, token: &tokenState{}}
}

// Open returns a reader of the source's tables, or of the default tables if the source
// names none.
func (c *Connector) Open(source adtally.Source, secret adtally.Secret) (connector.Reader, error) {
	own, err := customReports(source.Reports)
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

// allStreams returns streams that the caller may change.
func allStreams() []*stream {
	list := slices.Clone(declared())
	for i, s := range list {
		list[i] = s.copied()
	}
	return list
}

// declared are the streams as they are before a source has chosen among them. Declaring them
// takes ten times as long as copying them, and every request that opens a source needs them.
var declared = sync.OnceValue(func() []*stream {
	list := []*stream{adAccounts(), campaigns(), adSets(), ads(), adImages().named(), adVideos().named(), adCreatives(), customConversions().named(), activities()}
	for _, l := range levels {
		list = append(list, basic(l))
	}
	return slices.Concat(list, breakdownReports(), details(), reachReports())
})

// Tables lists every table that the connector can fill.
func Tables() []string { return tableNames(declared()) }

func tableNames(streams []*stream) (names []string) {
	for _, s := range streams {
		for _, t := range s.tables() {
			names = append(names, t.Name)
		}
	}
	return names
}

// choose keeps the streams of the named tables. It adds the account's totals if a kept
// stream must match them, and the streams that lead to pictures if the source wants
// pictures. A report brings its actions only if they are named, because they make up
// most of an answer's bytes.
func choose(all []*stream, source adtally.Source) (kept []*stream, err error) {
	known, tables := tableNames(all), source.Tables
	for _, name := range tables {
		if !slices.Contains(known, name) {
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "unknown_table",
				Message: fmt.Sprintf("There is no table %q", name), Hint: strings.TrimSpace(adtally.DidYouMean(name, known) + " To list all tables, run: adtally tables")}
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
	starts   restartCounts
	searches fieldSearches
	metrics  []metric // defined by the user
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
