package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// BenchmarkWalking syncs ad × day rows over HTTP into a warehouse. In the same run it measures
// the two halves alone: decoding pages from memory, and loading decoded batches. The
// simulator runs as a separate process on the same cores.
func BenchmarkWalking(b *testing.B) {
	type size struct {
		name string
		ads  int
	}
	sizes := []size{{"rows=1M", 2740}, {"rows=10M", 27400}}
	if testing.Short() {
		sizes = []size{{"rows=20k", 55}}
	}
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			sim := startSim(b, "--clock", "2026-06-02T10:00:00Z", "--synthetic", fmt.Sprintf("accounts=1,ads=%d,days=366,seed=1,steady=1", size.ads))
			half := newHalves(b, sim)
			for b.Loop() {
				walk(b, sim, half)
			}
		})
	}
}

func walk(b *testing.B, sim *simulator, half *halves) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "walk.duckdb")
	c := command(b.Context(), sim.env(), sim.args(file, "--account", sim.Accounts[0], "--tables", "basic_ad", "--since", "2025-06-02", "--until", "2026-06-01")...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &said
	began := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	peak := watchPeak(c.Process.Pid)
	if err := c.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, said.String())
	}
	took := time.Since(began).Seconds()
	rows := float64(atoi(one(b, file, "SELECT count(*) FROM facebook_ads.basic_ad")))
	usage, isUnix := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !isUnix || rows == 0 {
		b.Fatalf("%v rows, usage %v", rows, usage)
	}
	decode, load := half.decode(b), half.load(b)
	b.ReportMetric(rows, "rows")
	b.ReportMetric(rows/took, "rows/s")
	b.ReportMetric(cmp.Or(peak(), float64(usage.Maxrss)/1024), "MB-peak")
	b.ReportMetric(float64(usage.Utime.Nano()+usage.Stime.Nano())/1000/rows, "µs-cpu/row")
	b.ReportMetric(decode, "rows/s-decoder-alone")
	b.ReportMetric(load, "rows/s-load-alone")
	b.ReportMetric(rows/took/decode, "of-decoder")
	b.ReportMetric(rows/took/load, "of-load")
}

// watchPeak polls the peak memory of a process and returns it in MB once the process has
// ended; 0 if the system does not report it.
// What wait reports includes the memory of the process that started it.
func watchPeak(pid int) func() float64 {
	var kilobytes atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range time.Tick(50 * time.Millisecond) {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, line, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found { // it has ended
				return
			}
			var n int64
			if _, err := fmt.Sscan(line, &n); err == nil {
				kilobytes.Store(n)
			}
		}
	}()
	return func() float64 {
		<-ended
		return float64(kilobytes.Load()) / 1024
	}
}

// halves are the decoder and the loader, each fed from memory.
type halves struct {
	account adtally.Account
	slice   adtally.Slice
	tables  []*table.Schema
	page    []byte // 500 rows as Graph sends them
	batches []table.Batch
}

// newHalves reads 100,000 rows from the simulator and keeps the batches and one page.
func newHalves(b *testing.B, sim *simulator) *halves {
	b.Helper()
	secret := adtally.NewSecret(sim.Token)
	keep := &datasets{next: http.DefaultTransport}
	platform := facebookads.New(facebookads.Config{Address: sim.URL, HTTP: &http.Client{Transport: keep}})
	grant, err := platform.Verify(b.Context(), secret)
	if err != nil {
		b.Fatal(err)
	}
	h := &halves{account: grant.Accounts[0]}
	since, _ := adtally.ParseDay("2026-04-01")
	until, _ := adtally.ParseDay("2026-04-30")
	reader, err := platform.Open(adtally.Source{ID: "facebook_ads", Dataset: "facebook_ads", Tables: []string{"basic_ad"}, Since: since, Until: until}, secret)
	if err != nil {
		b.Fatal(err)
	}
	h.tables = reader.Streams()[0].Tables
	h.slice = reader.Plan("basic_ad", h.account, nil, grant.At)[0]
	rows := 0
	for batch, err := range reader.Read(b.Context(), h.account, h.slice, &memo{}) {
		if err != nil {
			b.Fatal(err)
		}
		h.batches = append(h.batches, batch)
		if rows += batch.Rows(); rows >= 100_000 {
			break
		}
	}
	h.page = keep.page
	return h
}

// decode measures decoded rows per second, from pages in memory.
func (h *halves) decode(b *testing.B) float64 {
	b.Helper()
	transport := &replay{page: h.page, pages: 1000}
	platform := facebookads.New(facebookads.Config{Address: "http://replayed", HTTP: &http.Client{Transport: transport}, Poll: time.Nanosecond})
	reader, err := platform.Open(adtally.Source{Tables: []string{"basic_ad"}}, adtally.NewSecret("x"))
	if err != nil {
		b.Fatal(err)
	}
	rows, began := 0, time.Now()
	for batch, err := range reader.Read(b.Context(), h.account, h.slice, &memo{}) {
		if err != nil {
			b.Fatal(err)
		}
		rows += batch.Rows()
		batch.Release()
	}
	return float64(rows) / time.Since(began).Seconds()
}

// load measures loaded rows per second, from batches in memory.
func (h *halves) load(b *testing.B) float64 {
	b.Helper()
	writer, err := destinations["duckdb"](destinationOptions{LockTimeout: time.Second}).Open(b.Context(), adtally.Destination{Kind: "duckdb", Location: filepath.Join(b.TempDir(), "load.duckdb")}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	rows, took := 0, time.Duration(0)
	for n := range 5 {
		dataset := fmt.Sprintf("d%d", n)
		if err := writer.Prepare(b.Context(), dataset, h.tables); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		_, err := writer.Commit(b.Context(), destination.Load{ID: dataset, Dataset: dataset, Slice: h.slice, Tables: h.tables, Zone: time.UTC, Asked: time.Now, Now: time.Now}, h.retained(&rows))
		if err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
	}
	return float64(rows) / took.Seconds()
}

// retained yields the batches with an extra reference, because the receiver releases
// them.
func (h *halves) retained(rows *int) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		for _, batch := range h.batches {
			batch.Arrow().Retain()
			*rows += batch.Rows()
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// memo is a connector.Note in memory.
type memo struct{ cursor adtally.Cursor }

var _ connector.Note = (*memo)(nil)

func (m *memo) Cursor() adtally.Cursor { return m.cursor }

func (*memo) Began() time.Time                           { return time.Now() }
func (m *memo) Tuning() []byte                           { return nil }
func (m *memo) SaveTuning(context.Context, []byte) error { return nil }

func (m *memo) Save(_ context.Context, c adtally.Cursor) error {
	m.cursor = c
	return nil
}

// datasets keeps the first page of results that passes through it.
type datasets struct {
	next http.RoundTripper
	page []byte
}

func (k *datasets) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := k.next.RoundTrip(r)
	if err != nil || k.page != nil || !isResults(r) {
		return res, err
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	err = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(raw))
	if k.page = raw; res.Header.Get("Content-Encoding") == "gzip" && err == nil {
		k.page, err = gunzipped(raw)
	}
	return res, err
}

func gunzipped(raw []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func isResults(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/insights")
}

// replay answers as a finished report job, and sends the same page repeatedly with new
// cursors.
type replay struct {
	page  []byte
	pages int
}

var after = regexp.MustCompile(`"after":"[^"]*"`)

func (p *replay) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(`{"report_run_id":"1"}`)
	switch {
	case isResults(r):
		body = after.ReplaceAll(p.page, fmt.Appendf(nil, `"after":"page%d"`, p.pages))
		if p.pages%2 == 0 { // a page that comes twice in a row ends a list
			body = bytes.Replace(body, []byte("["), []byte("[ "), 1)
		}
		if p.pages--; p.pages == 0 {
			body = bytes.Replace(body, []byte(`"next"`), []byte(`"last"`), 1)
		}
	case r.Method == http.MethodGet:
		body = []byte(`{"async_status":"Job Completed","async_percent_completion":100}`)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Date": {"Tue, 02 Jun 2026 10:00:00 GMT"}},
		Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}
