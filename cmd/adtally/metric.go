package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"adtally"
)

// gauges are what Prometheus is told of the sources, read from the ledger when it
// asks. Nothing in them is secret.
type gauges struct {
	sources interface {
		Sources(ctx context.Context, deleted bool) ([]adtally.Standing, error)
	}
	log *slog.Logger
}

var (
	sourceLabels = []string{"source", "name", "connector"}
	failuresDesc = prometheus.NewDesc("adtally_source_failures", "Runs in a row that did not bring the source up to date.", sourceLabels, nil)
	lastGoodDesc = prometheus.NewDesc("adtally_source_last_good_timestamp_seconds", "When the source was last up to date; absent = never.", sourceLabels, nil)
	nextDesc     = prometheus.NewDesc("adtally_source_next_timestamp_seconds", "When the source is due; absent = it is not scheduled.", sourceLabels, nil)
)

// Describe is for Prometheus.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{failuresDesc, lastGoodDesc, nextDesc} {
		out <- d
	}
}

// patienceOfGauges is how long the ledger may take to answer.
const patienceOfGauges = 5 * time.Second

// Collect is for Prometheus.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), patienceOfGauges)
	defer stop()
	all, err := g.sources.Sources(ctx, false)
	if err != nil {
		g.log.Error("the sources cannot be measured", "error", err)
		out <- prometheus.NewInvalidMetric(failuresDesc, err)
		return
	}
	for _, s := range all {
		labels := []string{s.ID, s.Name, s.Connector}
		out <- prometheus.MustNewConstMetric(failuresDesc, prometheus.GaugeValue, float64(s.Failures), labels...)
		for desc, at := range map[*prometheus.Desc]time.Time{lastGoodDesc: s.LastGood, nextDesc: s.Next} {
			if !at.IsZero() {
				out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(at.UnixMilli())/1000, labels...)
			}
		}
	}
}

// measured serves the gauges, and those of Go and the process.
func (s *service) measured() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), gauges{s.store, s.log})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
