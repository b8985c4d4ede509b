package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"adtally"
	"adtally/internal/notify"
)

// measurable is what the metrics read from the database.
type measurable interface {
	Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	OpenIncidents(ctx context.Context) ([]adtally.Incident, error)
	Grants(ctx context.Context) (map[string]adtally.Grant, error)
	Activity(ctx context.Context, now time.Time) (adtally.Activity, error)
}

// gauges are the metrics for Prometheus. They are read from the database at each scrape,
// so that all servers report the same. They contain no secrets, and labels contain no
// names: their values are source IDs or fixed words.
type gauges struct {
	db  measurable
	now func() time.Time
	log *slog.Logger

	mu     sync.Mutex
	counts map[string]*rising
}

// rising is a counter that never falls, as Prometheus requires, although the calls of a
// deleted source disappear from the database.
type rising struct{ last, forgotten int64 }

func (r *rising) at(n int64) float64 {
	r.forgotten += max(r.last-n, 0)
	r.last = n
	return float64(n + r.forgotten)
}

// desc describes a metric. name is without the prefix adtally_.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("adtally_"+name, help, labels, nil)
}

var (
	runsDesc      = desc("runs", "Runs, by state.", "state")
	dueDesc       = desc("queue_due_steps", "Steps that are ready to run. A step is one ad account's part of a run.")
	ageDesc       = desc("queue_oldest_due_seconds", "How long the oldest ready step has been waiting.")
	restingDesc   = desc("queue_resting_steps", "Steps that continue later.")
	blockedDesc   = desc("queue_blocked_steps", "Steps that wait because of the platform's rate limits.")
	healthDesc    = desc("sources", "Sources by worst severity: health is whether they sync, freshness whether their figures are on time and complete.", "aspect", "severity")
	incidentDesc  = desc("incidents_open", "Open incidents, by kind.", "alert")
	callsDesc     = desc("api_calls_total", "API calls, as the platform counts them.", "platform")
	triesDesc     = desc("api_tries_total", "Attempts at slices.", "platform")
	failedDesc    = desc("api_failed_tries_total", "Attempts at slices that failed.", "platform")
	waitsDesc     = desc("api_waits_total", "Attempts at slices that hit a rate limit.", "platform")
	failuresDesc  = desc("source_failures", "Consecutive runs that did not bring the source up to date.", "source")
	lastGoodDesc  = desc("source_last_good_timestamp_seconds", "When the source was last up to date; absent = never.", "source")
	sinceGoodDesc = desc("source_seconds_since_good", "Seconds since the source was last up to date, or since it was created.", "source")
	nextDesc      = desc("source_next_timestamp_seconds", "When the next sync is due; absent = not scheduled.", "source")
	tokenDesc     = desc("source_token_days_left", "Days until the source's token or its data access expires; absent = no known expiry.", "source")
)

// Describe implements prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		runsDesc, dueDesc, ageDesc, restingDesc, blockedDesc, healthDesc, incidentDesc, callsDesc, triesDesc, failedDesc, waitsDesc,
		failuresDesc, lastGoodDesc, sinceGoodDesc, nextDesc, tokenDesc,
	} {
		out <- d
	}
}

// metricsTimeout limits the queries of one scrape.
const metricsTimeout = 5 * time.Second

// Collect implements prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), metricsTimeout)
	defer stop()
	if err := g.collect(ctx, gaugeTo(out), g.now()); err != nil {
		g.log.Error("the service cannot be measured", "error", err)
		out <- prometheus.NewInvalidMetric(failuresDesc, err)
	}
}

type gaugeTo chan<- prometheus.Metric

func (out gaugeTo) set(d *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (g *gauges) collect(ctx context.Context, out gaugeTo, now time.Time) error {
	sources, err := g.db.Sources(ctx, false)
	if err != nil {
		return err
	}
	open, err := g.db.OpenIncidents(ctx)
	if err != nil {
		return err
	}
	grants, err := g.db.Grants(ctx)
	if err != nil {
		return err
	}
	activity, err := g.db.Activity(ctx, now)
	if err != nil {
		return err
	}
	for _, s := range sources {
		out.source(s, grants[s.Credential], now)
	}
	out.health(sources, open)
	out.queue(activity, now)
	g.spent(out, activity)
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (out gaugeTo) source(s adtally.SourceRecord, g adtally.Grant, now time.Time) {
	out.set(failuresDesc, float64(s.Failures), s.ID)
	good := s.LastGood
	if good.IsZero() {
		good = s.Created
	} else {
		out.set(lastGoodDesc, seconds(good), s.ID)
	}
	out.set(sinceGoodDesc, now.Sub(good).Seconds(), s.ID)
	if !s.Next.IsZero() {
		out.set(nextDesc, seconds(s.Next), s.ID)
	}
	end := g.ExpiresAt
	if !g.DataAccessExpiresAt.IsZero() && (end.IsZero() || g.DataAccessExpiresAt.Before(end)) {
		end = g.DataAccessExpiresAt
	}
	if !end.IsZero() {
		out.set(tokenDesc, end.Sub(now).Hours()/24, s.ID)
	}
}

// health counts sources by severity and open incidents by kind, including zeros.
func (out gaugeTo) health(sources []adtally.SourceRecord, open []adtally.Incident) {
	conditions, alerts := notify.StatusOf(open), map[adtally.AlertKind]int{}
	health, freshness := map[adtally.Severity]int{}, map[adtally.Severity]int{}
	for _, s := range sources {
		health[conditions[s.ID].Health]++
		freshness[conditions[s.ID].Freshness]++
	}
	for _, o := range open {
		alerts[o.Kind]++
	}
	for s := adtally.Well; s <= adtally.Critical; s++ {
		out.set(healthDesc, float64(health[s]), string(adtally.Health), s.String())
		out.set(healthDesc, float64(freshness[s]), string(adtally.Freshness), s.String())
	}
	for _, a := range adtally.AlertKinds() {
		out.set(incidentDesc, float64(alerts[a]), string(a))
	}
}

func (out gaugeTo) queue(a adtally.Activity, now time.Time) {
	for _, state := range []adtally.RunState{adtally.Waiting, adtally.Running, adtally.Finished, adtally.Failed, adtally.Interrupted} {
		out.set(runsDesc, float64(a.Runs[state]), string(state))
	}
	age := 0.0
	if a.Due > 0 {
		age = now.Sub(a.Oldest).Seconds()
	}
	out.set(dueDesc, float64(a.Due))
	out.set(ageDesc, age)
	out.set(restingDesc, float64(a.Resting))
	out.set(blockedDesc, float64(a.Blocked))
}

func (g *gauges) spent(out gaugeTo, a adtally.Activity) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for platform := range connectors {
		s := a.Spent[platform]
		for d, n := range map[*prometheus.Desc]int64{callsDesc: s.Calls, triesDesc: s.Tries, failedDesc: s.Failed, waitsDesc: s.Waits} {
			key := d.String() + platform
			if g.counts[key] == nil {
				g.counts[key] = &rising{}
			}
			out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, g.counts[key].at(n), platform)
		}
	}
}

// measured serves our metrics and those of Go and the process.
func (s *service) measured() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&gauges{db: s.store, now: s.p.clock, log: s.log, counts: map[string]*rising{}})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
