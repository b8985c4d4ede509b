package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// smallDays is how many days of a report are asked for synchronously: a small
// question needs no report job.
const smallDays = 2

// reading is one slice being read.
type reading struct {
	*reader
	stream  *stream
	account adtally.Account
	slice   adtally.Slice
	note    connector.Note
	decoder *decoder
	gaps    *gapRows
	now     time.Time // when it began; dates what it learns

	yield    func(table.Batch, error) bool
	answered int // pages that were handed over
	came     int // rows of the stream's table
}

// Read carries out one slice.
func (r *reader) Read(ctx context.Context, a adtally.Account, sl adtally.Slice, note connector.Note) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		rd, err := r.begin(a, sl, note)
		if err == nil {
			rd.yield = yield
			err = rd.all(ctx)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(table.Batch{}, edge(err))
		}
	}
}

// whole asks for all of a report's slice that Meta gives.
func (rd *reading) whole() question {
	q := question{stream: rd.stream, account: rd.account.ID, window: rd.slice.Window, fields: rd.allowed()}
	if rd.lesson().Plain != "" {
		return q.figures()
	}
	return q
}

// errStopped says that whoever takes the rows wants no more.
var errStopped = errors.New("no more is wanted")

func (r *reader) begin(a adtally.Account, sl adtally.Slice, note connector.Note) (*reading, error) {
	s := r.stream(sl.Stream)
	if s == nil {
		return nil, fmt.Errorf("no stream is named %s", sl.Stream)
	}
	d, err := newDecoder(s, a)
	if err != nil {
		return nil, err
	}
	d.window = sl.Window
	return &reading{reader: r, stream: s, account: a, slice: sl, note: note, decoder: d, gaps: newGapRows(s, a.ID), now: r.graph.fetch.Now()}, nil
}

// page hands over what was read up to here; it was asked for at a moment, of
// which the first counts.
func (rd *reading) page(ctx context.Context, asked time.Time) error {
	if rd.note.Cursor().Asked.IsZero() {
		if err := rd.note.Save(ctx, adtally.Cursor{Asked: asked}); err != nil {
			return err
		}
	}
	rd.answered++
	return rd.hand()
}

func (rd *reading) hand() error {
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

// all asks for the slice's rows in the way that suits it, and then lists what
// Meta refuses.
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
		err = rd.doubt(ctx)
	}
	if err == nil {
		err = rd.refused()
	}
	if err == nil {
		err = rd.hand()
	}
	return err
}

// text is a parameter that is a document. Its values are ours: they always
// marshal.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// lesson is what is known of this stream and account.
func (rd *reading) lesson() lesson { return rd.lessons.recall(rd.name(), rd.note, rd.now) }

func (rd *reading) name() string { return rd.account.ID + "/" + rd.stream.name }

// learn keeps what Meta has shown of its limits.
func (rd *reading) learn(ctx context.Context, change func(*lesson)) error {
	return rd.lessons.learn(ctx, rd.name(), rd.note, rd.now, func(l *lesson) {
		change(l)
		l.At = rd.now
	})
}

// allowed is the stream's fields without those that Meta has refused, and those
// that it does not serve any more; nil where that is all of them.
func (rd *reading) allowed() []string {
	gone := slices.Concat(rd.lesson().Without, rd.tooOld())
	if len(gone) == 0 {
		return nil
	}
	return without(rd.stream.asks(), gone)
}

func without(names, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(gone, n) })
}

// node reads a single object. Fields that sink the request are left out.
func (rd *reading) node(ctx context.Context) error {
	node := "act_" + rd.account.ID
	q := question{stream: rd.stream, account: rd.account.ID, fields: rd.allowed()}
	a, err := rd.graph.get(ctx, node, objectsOf(rd.account.ID), url.Values{"fields": {joined(q.asks())}})
	if err != nil && rd.leaveOut(ctx, q, err) {
		return rd.node(ctx)
	}
	if err == nil {
		err = rd.decoder.row(jsontext.NewDecoder(bytes.NewBuffer(a.Body)))
	}
	if err != nil {
		return err
	}
	return rd.page(ctx, a.At)
}

// edge reads a list of objects. Fields that sink it are left out, and a list
// whose place Meta loses is begun anew.
func (rd *reading) edge(ctx context.Context) error {
	q := question{stream: rd.stream, account: rd.account.ID, window: rd.slice.Window, fields: rd.allowed()}
	l := rd.list("act_"+rd.account.ID+"/"+rd.stream.edge, objectsOf(rd.account.ID), q)
	l.lone = rd.lone(q)
	if rd.stream.logs {
		if err := rd.between(l.query); err != nil {
			return err
		}
	}
	err := l.pages(ctx, rd.page)
	switch {
	case err == nil || errors.Is(err, errStopped):
		return err
	case rd.answered == 0 && rd.leaveOut(ctx, q, err):
		return rd.edge(ctx)
	case classOf(err) == classCursor || rd.leaveOut(ctx, q, err):
		return again(err)
	}
	return err
}

// list prepares the pages of a question.
func (rd *reading) list(path string, b budget, q question) *listing {
	limit := rd.stream.limit
	if known := rd.lesson().Limit; known > 0 {
		limit = min(limit, known)
	}
	return &listing{graph: rd.graph, path: path, budget: b, query: q.query(), limit: limit, row: rd.decoder.row,
		smaller: func(ctx context.Context, n int) error { return rd.learn(ctx, func(l *lesson) { l.Limit = n }) }}
}

// leaveOut says whether the question is worth asking again without the fields
// that sank it, and remembers them.
func (rd *reading) leaveOut(ctx context.Context, q question, err error) bool {
	gone := refusedFields(err)
	if classOf(err) == classPermission {
		gone = rd.stream.forbids
	}
	rest := without(q.asks(), gone)
	if len(rest) == len(q.asks()) || len(rest) == 0 || adtally.FaultOf(err).Act == adtally.Reconnect {
		return false
	}
	reason := adtally.FaultOf(err)
	return rd.learn(ctx, func(l *lesson) {
		for _, n := range gone {
			if slices.Contains(q.asks(), n) && !slices.Contains(l.Without, n) {
				l.Without = append(l.Without, n)
			}
		}
		l.Why = sentenceOf(reason)
	}) == nil
}

// refused lists the columns that stay empty because Meta refuses their fields.
func (rd *reading) refused() error {
	l := rd.lesson()
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

// edge gives the errors that stay inside a connector the form that others know.
func edge(err error) error {
	switch {
	case errors.Is(err, connector.ErrAgain):
		return err
	case errors.Is(err, errTooMuch):
		return &adtally.Fault{Act: adtally.Retry, Code: "too_much", Message: "Meta finds a question too big, even at its smallest",
			Hint: "Run the same command again later, or with fewer tables.", Err: err}
	case errors.Is(err, errGone):
		return &adtally.Fault{Act: adtally.Configure, Code: "account_gone", Message: "The ad account is not there, or this token may not see it",
			Hint: "Check the account's number, and that the token's owner has access to it.", Err: err}
	case errors.Is(err, errJob):
		return &adtally.Fault{Act: adtally.Retry, Code: "report_failed", Message: "Meta could not make a report",
			Hint: "Run the same command again later; it goes on where it stopped.", Err: err}
	case errors.Is(err, errNotReady):
		return &adtally.Fault{Act: adtally.Retry, Code: "not_ready", Message: "Meta says that a report is done and does not give it",
			Hint: "Run the same command again later.", Err: err}
	}
	return outside(err)
}
