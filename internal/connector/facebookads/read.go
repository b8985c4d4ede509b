package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// smallDays is the number of days up to which a report is requested synchronously,
// without a report job.
const smallDays = 2

// reading is the state of one slice that is being read.
type reading struct {
	*reader
	stream  *stream
	account adtally.Account
	slice   adtally.Slice
	note    connector.Note
	decoder *decoder
	gaps    *gapRows
	now     time.Time // when the run began, by Meta's clock

	yield    func(table.Batch, error) bool
	answered int // pages passed on so far
	came     int // rows of the stream's main table so far
}

// Read reads one slice.
func (r *reader) Read(ctx context.Context, a adtally.Account, sl adtally.Slice, note connector.Note) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		rd, err := r.begin(a, sl, note)
		if err == nil {
			rd.yield = yield
			err = r.starts.settle(sl, r.graph.confirm(ctx, rd.all(ctx)))
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(table.Batch{}, internalToFault(err))
		}
	}
}

// whole returns the request for all of a slice that Meta serves.
func (rd *reading) whole() request {
	q := request{stream: rd.stream, account: rd.account.ID, window: rd.slice.Window, fields: rd.allowed(), old: rd.stream.people && rd.isOld()}
	if rd.tuning().Plain != "" {
		return q.figures()
	}
	return q
}

// errStopped means that the consumer of the rows has stopped.
var errStopped = errors.New("the consumer has stopped")

func (r *reader) begin(a adtally.Account, sl adtally.Slice, note connector.Note) (*reading, error) {
	s := r.stream(sl.Stream)
	if s == nil {
		return nil, fmt.Errorf("no stream is named %s", sl.Stream)
	}
	d := newDecoder(s, a)
	d.window, d.bound = sl.Window, true
	return &reading{reader: r, stream: s, account: a, slice: sl, note: note, decoder: d, gaps: newGapRows(s, a.ID), now: note.Began()}, nil
}

// page passes on the rows read so far. asked is when a page was requested; the first
// page dates the slice.
func (rd *reading) page(ctx context.Context, asked time.Time) error {
	if rd.note.Cursor().Asked.IsZero() {
		if err := rd.note.Save(ctx, adtally.Cursor{Asked: asked, Note: rd.note.Cursor().Note}); err != nil {
			return err
		}
	}
	rd.answered++
	return rd.handOver()
}

func (rd *reading) handOver() error {
	for _, b := range append(rd.decoder.batches(), rd.gaps.batches()...) {
		if b.Schema() == rd.stream.table {
			rd.came += b.Rows()
		}
		if !rd.yield(b, nil) {
			return errStopped
		}
	}
	return nil
}

// all reads the slice's rows in the way that suits its stream, and then lists the
// refused fields.
func (rd *reading) all(ctx context.Context) (err error) {
	switch {
	case rd.stream.edge == "":
		err = rd.node(ctx)
	case !rd.stream.daily, rd.stream.logs:
		err = rd.edge(ctx)
	default:
		err = rd.ask(ctx, rd.whole())
	}
	if err == nil {
		err = rd.checkEmpty(ctx)
	}
	if err == nil {
		err = errors.Join(rd.refused(), rd.withheld())
	}
	if err == nil {
		err = rd.handOver()
	}
	return err
}

// text encodes a parameter that is a JSON document. Its values are ours and always
// marshal.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// tuning returns what is known about this stream and account.
func (rd *reading) tuning() tuning { return rd.tunings.recall(rd.name(), rd.asked(), rd.note, rd.now) }

// asked returns the fingerprint of what the stream requests, without its window and
// without what was learned.
func (rd *reading) asked() string {
	return request{stream: rd.stream, account: rd.account.ID}.fingerprint(rd.graph.apiVersion())
}

func (rd *reading) name() string { return rd.account.ID + "/" + rd.stream.name }

// learn saves a limit that Meta has shown.
func (rd *reading) learn(ctx context.Context, change func(*tuning)) error {
	return rd.tunings.learn(ctx, rd.name(), rd.asked(), rd.note, rd.now, func(l *tuning) {
		change(l)
		l.At = rd.now
	})
}

// allowed returns the stream's fields without those that Meta has refused or no longer
// serves; nil = all of them.
func (rd *reading) allowed() []string {
	gone := slices.Concat(rd.tuning().Without, rd.tooOld())
	if len(gone) == 0 {
		return nil
	}
	return without(rd.stream.asks(), gone)
}

func without(names, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(gone, n) })
}

// node reads a single object. Fields that make the request fail are left out.
func (rd *reading) node(ctx context.Context) error {
	node := "act_" + rd.account.ID
	q := request{stream: rd.stream, account: rd.account.ID, fields: rd.allowed()}
	a, err := readAgain(ctx, func() (fetch.Answer, error) {
		return rd.graph.get(ctx, node, objectsOf(rd.account.ID), url.Values{"fields": {joined(q.asks())}})
	}, func(body []byte) error {
		if !isObject(body) {
			return asBadAnswer(errNoPage)
		}
		err := rd.decoder.row(jsonread.New(body))
		if err == nil && rd.decoder.rows.Rows() == 0 { // it is not the account
			err = errNoPage
		}
		return asBadAnswer(err)
	}, rd.decoder.discard)
	if err != nil {
		h := fieldSearch{path: node, budget: objectsOf(rd.account.ID), query: url.Values{}}
		again, err := rd.dropFields(ctx, q, h, err)
		if again {
			return rd.node(ctx)
		}
		return err
	}
	return rd.page(ctx, a.At)
}

// edge reads a list of objects. Fields that make it fail are left out. If Meta rejects
// the cursor, the list is read from its start.
func (rd *reading) edge(ctx context.Context) error {
	q := request{stream: rd.stream, account: rd.account.ID, window: rd.slice.Window, fields: rd.allowed()}
	l := rd.list("act_"+rd.account.ID+"/"+rd.stream.edge, objectsOf(rd.account.ID), q)
	l.oneRow = rd.oneRow(q)
	if rd.stream.logs {
		if err := rd.setLogRange(l.query); err != nil {
			return err
		}
	}
	err := l.pages(ctx, rd.page)
	switch {
	case err == nil || errors.Is(err, errStopped):
		return err
	case classOf(err) == classCursor:
		return restartError(err)
	}
	isWithout, err := rd.dropFields(ctx, q, fieldSearch{path: l.path, budget: l.budget, query: l.query}, err)
	switch {
	case isWithout && rd.answered == 0:
		return rd.edge(ctx)
	case isWithout:
		return fmt.Errorf("%w: some fields are refused", connector.ErrAgain)
	}
	return err
}

// list returns a listing for a request.
func (rd *reading) list(path string, b budget, q request) *listing {
	limit := rd.stream.limit
	if known := rd.tuning().Limit; known > 0 {
		limit = min(limit, known)
	}
	return &listing{graph: rd.graph, path: path, budget: b, query: q.query(), limit: limit, row: rd.decoder.row, undo: rd.decoder.discard, repeats: rd.stream.logs,
		smaller: func(ctx context.Context, n int) error { return rd.learn(ctx, func(l *tuning) { l.Limit = n }) }}
}

// refused lists a gap for every column whose field Meta refuses.
func (rd *reading) refused() error {
	l := rd.tuning()
	for _, field := range l.Without {
		x := gap{days: rd.slice.Window, column: field, code: string(classField), reason: l.Why}
		if err := rd.gaps.add(x); err != nil {
			return err
		}
	}
	if err := rd.actionsMissing(l.Plain); err != nil {
		return err
	}
	return rd.noteTooOld()
}

func sentenceOf(f *adtally.Fault) string {
	if f.Err == nil {
		return f.Message
	}
	return f.Message + " (" + f.Err.Error() + ")"
}

// internalToFault converts errors that are internal to the connector to faults.
func internalToFault(err error) error {
	switch {
	case errors.Is(err, connector.ErrAgain):
		return err
	case errors.Is(err, errTooMuch):
		return &adtally.Fault{Act: adtally.Retry, Code: "too_much", Message: "Meta says that even the smallest request is too big",
			Hint: "Sync again later, or sync fewer tables.", Err: err}
	case errors.Is(err, errGone):
		return &adtally.Fault{Act: adtally.Configure, Code: "account_gone", Message: "The ad account does not exist, or this token may not see it",
			Hint: "Check the account's number, and that the token's owner has access to it.", Err: err}
	case errors.Is(err, errJob):
		return &adtally.Fault{Act: adtally.Retry, Code: "report_failed", Message: "Meta could not create a report",
			Hint: "Sync again later; it continues where it stopped.", Err: err}
	case errors.Is(err, errNotReady):
		return &adtally.Fault{Act: adtally.Retry, Code: "not_ready", Message: "Meta says that a report is done but does not return it",
			Hint: "Sync again later.", Err: err}
	}
	return publicFault(err)
}
