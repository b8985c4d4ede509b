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

// measurable is the part of the database that gauges read.
type measurable interface {
	Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	OpenIncidents(ctx context.Context) ([]adtally.Incident, error)
	Grants(ctx context.Context) (map[string]adtally.Grant, error)
	Activity(ctx context.Context, now time.Time) (adtally.Activity, error)
}

// gauges are what Prometheus is told, read from the database when it asks, so that
// each server of a fleet tells the same. Nothing in them is secret, and no label
// is a name: its values are ids of sources, or words of ours.
type gauges struct {
	db  measurable
	now func() time.Time
	log *slog.Logger

	mu     sync.Mutex
	counts map[string]*rising
}

// rising is a count that never falls, as Prometheus wants it: what was spent for a
// source is forgotten with the source.
type rising struct{ last, forgotten int64 }

func (r *rising) at(n int64) float64 {
	r.forgotten += max(r.last-n, 0)
	r.last = n
	return float64(n + r.forgotten)
}

// desc is a figure: the name without its beginning, what it says, its labels.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("adtally_"+name, help, labels, nil)
}

var (
	runsDesc      = desc("runs", "Runs that the database knows, by state.", "state")
	dueDesc       = desc("queue_due_steps", "Steps that could be carried out now. A step is one account's part of a run.")
	ageDesc       = desc("queue_oldest_due_seconds", "For how long the first of them has been due.")
	restingDesc   = desc("queue_resting_steps", "Steps that go on at a later moment.")
	blockedDesc   = desc("queue_blocked_steps", "Those among them that the platform told to come later.")
	healthDesc    = desc("sources", "Sources by what is worst about them: health is whether they sync, freshness whether their figures are on time and complete.", "aspect", "severity")
	incidentDesc  = desc("incidents_open", "What is wrong now, by sort.", "alert")
	callsDesc     = desc("api_calls_total", "Calls, as the platform counts them.", "platform")
	triesDesc     = desc("api_tries_total", "Tries of slices.", "platform")
	failedDesc    = desc("api_failed_tries_total", "Tries of slices that failed.", "platform")
	waitsDesc     = desc("api_waits_total", "Tries of slices that the platform told to come later.", "platform")
	failuresDesc  = desc("source_failures", "Runs in a row that did not bring the source up to date.", "source")
	lastGoodDesc  = desc("source_last_good_timestamp_seconds", "When the source was last up to date; absent = never.", "source")
	sinceGoodDesc = desc("source_seconds_since_good", "How long ago the source was last up to date or, where it never was, made.", "source")
	nextDesc      = desc("source_next_timestamp_seconds", "When the source is due; absent = it is not scheduled.", "source")
	tokenDesc     = desc("source_token_days_left", "Days until the source's token ends, or its access to data; absent = no end is known.", "source")
)

// Describe is for Prometheus.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		runsDesc, dueDesc, ageDesc, restingDesc, blockedDesc, healthDesc, incidentDesc, callsDesc, triesDesc, failedDesc, waitsDesc,
		failuresDesc, lastGoodDesc, sinceGoodDesc, nextDesc, tokenDesc,
	} {
		out <- d
	}
}

// metricsTimeout is how long the database may take to answer.
const metricsTimeout = 5 * time.Second

// Collect is for Prometheus.
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

// health counts sources and what is wrong; what is nowhere wrong is told as 0.
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

// measured serves the gauges, and those of Go and the process.
func (s *service) measured() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&gauges{db: s.store, now: s.p.clock, log: s.log, counts: map[string]*rising{}})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
