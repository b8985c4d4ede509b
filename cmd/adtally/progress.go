package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"adtally"
	"adtally/internal/engine"
)

// progress shows the progress of a sync: one live line in a terminal, one line per slice
// otherwise.
type progress struct {
	out   io.Writer
	live  *mpb.Progress // nil without a terminal
	bar   *mpb.Bar
	quiet bool

	mu              sync.Mutex
	began           time.Time
	accounts, ready int            // accounts in total, and done
	left            map[string]int // slices to do, by account
	planned, done   int            // slices
	days, daysDone  int
	weight          int // of all planned slices
	rows            int64
	notes           []string                         // messages that are printed once
	waits           map[string]adtally.RateLimitWait // rate limit waits by account and budget
}

func newProgress(p *program, quiet bool) *progress {
	w := &progress{out: p.err, quiet: quiet, left: map[string]int{}, waits: map[string]adtally.RateLimitWait{}}
	if f, ok := beneath(p.err).(*os.File); ok && term.IsTerminal(int(f.Fd())) && !quiet {
		w.live = mpb.New(mpb.WithOutput(f), mpb.WithAutoRefresh(), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return w
}

func (w *progress) begin(accounts int, notes []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accounts, w.began = accounts, time.Now()
	for _, n := range notes {
		if w.notes = append(w.notes, n); !w.quiet {
			fmt.Fprintln(w.out, n)
		}
	}
	if w.live != nil {
		w.bar = w.live.New(0, mpb.BarStyle().Rbound("]").Lbound("[").Filler("█").Tip("█").Padding("·"),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return w.status() })),
			mpb.AppendDecorators(decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8}), "done"), decor.OnComplete(decor.Name(" left"), "")))
	}
}

// status returns the live line: accounts, days, rows and rows per second.
func (w *progress) status() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	rate := float64(w.rows) / max(time.Since(w.began).Seconds(), 0.001)
	return fmt.Sprintf("accounts %d/%d  days %s/%s  rows %s  %s/s%s ", w.ready, w.accounts,
		grouped(int64(w.daysDone)), grouped(int64(w.days)), grouped(w.rows), grouped(int64(rate)), w.waitsNow(time.Now()))
}

// weight is the estimated share of work of a slice.
func weight(s adtally.Slice) int { return max(s.Window.Days(), 1) }

// note prints a message of the connector, once.
func (w *progress) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Contains(w.notes, text) {
		return
	}
	w.notes = append(w.notes, text)
	if w.live == nil && !w.quiet {
		fmt.Fprintln(w.out, text)
	}
}

// waiting reports a rate limit wait of the connector, once and again when it gets
// longer.
func (w *progress) waiting(now adtally.RateLimitWait) {
	w.mu.Lock()
	defer w.mu.Unlock()
	said, known := w.waits[now.Account+" "+now.Budget]
	if known && !now.WorseThan(said) {
		said.Until = now.Until
		w.waits[now.Account+" "+now.Budget] = said
		return
	}
	w.waits[now.Account+" "+now.Budget] = now
	text := now.Sentence("Meta")
	if w.notes = append(w.notes, text); w.live == nil && !w.quiet {
		fmt.Fprintln(w.out, text)
	}
}

// waitsNow is the part of the live line about rate limits: the longest wait, and how many
// others there are.
func (w *progress) waitsNow(now time.Time) string {
	n, longest := 0, adtally.RateLimitWait{}
	for _, one := range w.waits {
		if one.Until.After(now) {
			if n++; one.Until.After(longest.Until) {
				longest = one
			}
		}
	}
	if n == 0 {
		return ""
	}
	more := ""
	if n > 1 {
		more = fmt.Sprintf(" and %d more", n-1)
	}
	return "  " + longest.Short("Meta") + more
}

// event handles an event of the engine.
func (w *progress) event(ev engine.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows += ev.Rows
	if ev.Begun == nil && ev.Ended == nil && ev.Rows == 0 && ev.Drifts == nil {
		w.plan(ev)
	}
	if len(ev.Drifts) > 0 && w.live == nil && !w.quiet {
		fmt.Fprintln(w.out, drifted(ev.Drifts).Message+".")
	}
	if ev.Ended != nil {
		w.ended(ev)
	}
}

func (w *progress) plan(ev engine.Event) {
	w.planned += len(ev.Planned)
	w.left[ev.Account] = len(ev.Planned)
	for _, s := range ev.Planned {
		w.days += s.Window.Days()
		w.weight += weight(s)
	}
	if len(ev.Planned) == 0 {
		w.ready++
	}
	if w.bar != nil {
		w.bar.SetTotal(int64(w.weight), false)
	}
}

func (w *progress) ended(ev engine.Event) {
	s := ev.Ended.Slice
	w.done++
	w.daysDone += s.Window.Days()
	w.left[ev.Account]--
	if w.left[ev.Account] == 0 {
		w.ready++
	}
	if w.bar != nil {
		w.bar.IncrBy(weight(s))
		return
	}
	if !w.quiet {
		fmt.Fprintln(w.out, w.line(ev))
	}
}

func (w *progress) line(ev engine.Event) string {
	o := ev.Ended
	what := fmt.Sprintf("%d/%d  act_%s  %s  %s", w.done, w.planned, ev.Account, o.Slice.Stream, o.Slice.Window)
	if o.Fault != nil {
		return what + "  not done: " + sentence(o.Fault)
	}
	return fmt.Sprintf("%s  %s rows%s", what, grouped(o.Rows), w.estimate())
}

// estimate returns the remaining time at the current rate.
func (w *progress) estimate() string {
	if w.done == 0 || w.done >= w.planned {
		return ""
	}
	left := time.Duration(float64(time.Since(w.began)) / float64(w.done) * float64(w.planned-w.done))
	return fmt.Sprintf("  (about %s left)", left.Round(time.Second))
}

func (w *progress) end() {
	if w.bar != nil {
		w.bar.SetTotal(w.bar.Current(), true)
		w.live.Wait()
	}
}
