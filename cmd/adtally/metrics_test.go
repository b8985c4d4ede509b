package main

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"adtally"
)

// fixedDatabase returns fixed answers.
type fixedDatabase struct {
	sources  []adtally.SourceRecord
	open     []adtally.Incident
	grants   map[string]adtally.Grant
	activity adtally.Activity
}

func (f *fixedDatabase) Sources(context.Context, bool) ([]adtally.SourceRecord, error) {
	return f.sources, nil
}
func (f *fixedDatabase) OpenIncidents(context.Context) ([]adtally.Incident, error) {
	return f.open, nil
}
func (f *fixedDatabase) Grants(context.Context) (map[string]adtally.Grant, error) {
	return f.grants, nil
}
func (f *fixedDatabase) Activity(context.Context, time.Time) (adtally.Activity, error) {
	return f.activity, nil
}

// scraping returns the metric lines of a scrape.
func scraping(t *testing.T, db *fixedDatabase, now time.Time) func() map[string]bool {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(&gauges{db: db, now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler), counts: map[string]*rising{}})
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return func() map[string]bool {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
		lines := map[string]bool{}
		for in := bufio.NewScanner(w.Body); in.Scan(); {
			if !strings.HasPrefix(in.Text(), "#") {
				lines[in.Text()] = true
			}
			if strings.Contains(in.Text(), "Ada") {
				t.Errorf("a name is a label: %s", in.Text())
			}
		}
		return lines
	}
}

// The metrics answer an operator's questions, and no label has unbounded values.
func TestMetrics_TellWhatAnOperatorAsks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	const free = "Shop \"of\" Ada"
	f := &fixedDatabase{
		sources: []adtally.SourceRecord{
			{Source: adtally.Source{ID: "s1", Name: free, Connector: "facebookads", Credential: "c1"}, LastGood: now.Add(-90 * time.Minute), Failures: 2, Next: now.Add(time.Hour)},
			{Source: adtally.Source{ID: "s2", Name: free, Connector: "facebookads", Credential: "c2"}, Created: now.Add(-time.Hour)},
		},
		open: []adtally.Incident{
			{Alert: adtally.Alert{Kind: adtally.AuthExpired, Source: "s1", Severity: adtally.Critical, Name: free}},
			{Alert: adtally.Alert{Kind: adtally.Stale, Source: "s1", Severity: adtally.Warning}},
			{Alert: adtally.Alert{Kind: adtally.Stale, Source: "s2", Severity: adtally.Warning}},
		},
		grants: map[string]adtally.Grant{"c1": {ExpiresAt: now.Add(72 * time.Hour), DataAccessExpiresAt: now.Add(36 * time.Hour)}, "c2": {}},
		activity: adtally.Activity{Runs: map[adtally.RunState]int64{adtally.Running: 1, adtally.Finished: 7}, Due: 3, Oldest: now.Add(-time.Minute), Resting: 5, Blocked: 4,
			Spent: map[string]adtally.Spending{"facebookads": {Calls: 543, Tries: 30, Failed: 2, Waits: 1}}},
	}
	scrape := scraping(t, f, now)
	got := scrape()
	for _, want := range []string{
		`adtally_runs{state="running"} 1`, `adtally_runs{state="finished"} 7`, `adtally_runs{state="failed"} 0`,
		`adtally_queue_due_steps 3`, `adtally_queue_oldest_due_seconds 60`, `adtally_queue_resting_steps 5`, `adtally_queue_blocked_steps 4`,
		`adtally_sources{aspect="health",severity="critical"} 1`, `adtally_sources{aspect="health",severity="well"} 1`, `adtally_sources{aspect="freshness",severity="warning"} 2`,
		`adtally_incidents_open{alert="auth_expired"} 1`, `adtally_incidents_open{alert="stale"} 2`, `adtally_incidents_open{alert="account_lost"} 0`,
		`adtally_api_calls_total{platform="facebookads"} 543`, `adtally_api_tries_total{platform="facebookads"} 30`, `adtally_api_failed_tries_total{platform="facebookads"} 2`, `adtally_api_waits_total{platform="facebookads"} 1`,
		`adtally_source_failures{source="s1"} 2`, `adtally_source_seconds_since_good{source="s1"} 5400`, `adtally_source_seconds_since_good{source="s2"} 3600`, `adtally_source_token_days_left{source="s1"} 1.5`,
	} {
		if !got[want] {
			t.Errorf("there is no %s", want)
		}
	}
	for line := range got {
		if strings.HasPrefix(line, `adtally_source_token_days_left{source="s2"}`) || strings.HasPrefix(line, `adtally_source_last_good_timestamp_seconds{source="s2"}`) {
			t.Error(line)
		}
	}
	// What was spent for a source is forgotten with it; a count never falls.
	f.activity.Spent = map[string]adtally.Spending{"facebookads": {Calls: 43}}
	if got := scrape(); !got[`adtally_api_calls_total{platform="facebookads"} 543`] {
		t.Error("a count fell")
	}
	f.activity.Spent = map[string]adtally.Spending{"facebookads": {Calls: 44}}
	if got := scrape(); !got[`adtally_api_calls_total{platform="facebookads"} 544`] {
		t.Error("a count does not rise")
	}
}
