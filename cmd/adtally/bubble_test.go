package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
	"adtally/internal/table"
)

// bubble runs the program and the simulator in one process under synctest, where waiting
// takes no time.
type bubble struct {
	sim  *graphsim.Server
	file string
	http *http.Client
	// warehouse stands in for the usual one, where it is set.
	warehouse func(kind string, o destinationOptions) destination.Kind
}

var summer = time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)

// inBubble runs f with a simulator whose clock starts in summer 2026 and advances with the
// bubble's.
func inBubble(t *testing.T, o graphsim.Options, size string, f func(*testing.T, *bubble)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sim := graphsim.New(o)
		defer sim.Close() // listings that nobody has read to the end
		sim.SetClock(summer)
		parsed, err := advertiser.ParseSize(size)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range advertiser.NewSynthetic(parsed, summer) {
			sim.Add(a)
		}
		f(t, &bubble{sim: sim, file: filepath.Join(folder, "x.duckdb"), http: &http.Client{Transport: sim.Transport()}})
	})
}

// attached keeps the warehouse attached while it is open. Otherwise every load would detach it,
// because time jumps in a bubble, and that takes half of a test's time.
func (b *bubble) attached(kind string, o destinationOptions) destination.Kind {
	k := destinations[kind](o)
	if b.warehouse != nil {
		k = b.warehouse(kind, o)
	}
	return attachedKind{k}
}

type attachedKind struct{ destination.Kind }

func (k attachedKind) Open(ctx context.Context, d adtally.Destination, s adtally.Secret) (destination.Writer, error) {
	w, err := k.Kind.Open(ctx, d, s)
	if err != nil {
		return nil, err
	}
	return &attachedWriter{Writer: w}, nil
}

type attachedWriter struct {
	destination.Writer
	once sync.Once
	done func()
}

// Prepare begins to read, once there is something to read.
func (w *attachedWriter) Prepare(ctx context.Context, dataset string, tables []*table.Schema, views ...*table.View) error {
	if err := w.Writer.Prepare(ctx, dataset, tables, views...); err != nil {
		return err
	}
	var err error
	w.once.Do(func() { _, w.done, err = w.Query(ctx) })
	return err
}

func (w *attachedWriter) Close() error {
	if w.done != nil {
		w.done()
	}
	return w.Writer.Close()
}

// did is the result of a command.
type did struct {
	result
	code     int
	out, err string
	took     time.Duration // of the bubble's time
}

// sync runs adtally sync in the bubble.
func (b *bubble) sync(t *testing.T, args ...string) (d did) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{out: &out, err: &errs, http: b.http, warehouse: b.attached, env: func(name string) string {
		return map[string]string{"ADTALLY_TOKEN": b.sim.Token()}[name]
	}}
	began := time.Now()
	if !slices.Contains(args, "--account") {
		args = append(args, "--account", "all")
	}
	d.code = p.run(t.Context(), append([]string{"sync", "--json", "--to", b.file}, args...))
	d.took, d.out, d.err = time.Since(began), out.String(), errs.String()
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &d.result); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
	}
	return d
}

// blocked returns the number of throttled calls.
func (b *bubble) blocked() (n int) {
	for _, calls := range b.sim.Calls().Blocked {
		n += calls
	}
	return n
}

// get asks the simulator as any client would.
func (b *bubble) get(t *testing.T, path string, answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sim/v25.0/"+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.sim.Token())
	res, err := b.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}
