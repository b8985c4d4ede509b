package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
	"adtally/internal/destination"
	"adtally/internal/marketing"
)

// queryCommand asks questions about metrics and prints the answers as JSON.
type queryCommand struct {
	remote
	Data      string `help:"Answer from the CSV files of this folder instead of from the service: spend.csv, customers.csv, orders.csv and others, see docs/metrics.md." placeholder:"DIR"`
	Questions string `help:"File with the questions: a JSON object from a key to a question." required:"" placeholder:"FILE.json"`
}

// asker answers one question.
type asker func(context.Context, analytics.Question) (any, error)

// Run prints one JSON object with the answer to every question.
func (c *queryCommand) Run(ctx context.Context, p *program) error {
	text, err := os.ReadFile(c.Questions)
	if err != nil {
		return wrong("questions", "Give a file with questions.", "The questions cannot be read: %v", err)
	}
	questions, err := analytics.Questions(text)
	if err != nil {
		return wrong("questions", "Write a JSON object from a key to a question.", "The questions are not valid: %v", err)
	}
	ask, done, err := c.asker(ctx, p)
	if err != nil {
		return err
	}
	defer done()
	answers := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(questions)) {
		if answers[key], err = ask(ctx, questions[key]); err != nil {
			return fmt.Errorf("answer %s: %w", key, err)
		}
	}
	out, err := json.MarshalIndent(answers, "", "  ")
	if err != nil {
		return err
	}
	return p.printf("%s\n", out)
}

func (c *queryCommand) asker(ctx context.Context, p *program) (asker, func(), error) {
	if c.Data != "" {
		return folderAsker(ctx, p, c.Data)
	}
	v, err := c.visit(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	return v.question, func() {}, nil
}

// folderAsker loads a folder into a warehouse of its own, which is removed at the end.
func folderAsker(ctx context.Context, p *program, dir string) (ask asker, done func(), err error) {
	folder, err := analytics.LoadFolder(os.DirFS(dir))
	if err != nil {
		return nil, nil, wrong("data", "Correct the file.", "The folder %s cannot be read: %v", dir, err)
	}
	scratch, err := os.MkdirTemp("", "adtally-query-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(scratch) } // a temporary folder
	defer func() {
		if err != nil {
			remove()
		}
	}()
	w, err := p.destination("duckdb", destinationOptions{}).Open(ctx, adtally.Destination{Kind: "duckdb", Location: filepath.Join(scratch, "scratch.duckdb")}, adtally.Secret{})
	if err != nil {
		return nil, nil, err
	}
	closed := func() error { return w.Close() }
	defer func() {
		if err != nil {
			err = errors.Join(err, closed())
		}
	}()
	var changes []destination.Change
	for _, t := range analytics.Tables() {
		changes = append(changes, marketing.RowsOf(t.Name, slices.Values(folder.Rows[t.Name])))
	}
	if _, err = w.(destination.Sharer).Share(ctx, analytics.Dataset, changes...); err != nil {
		return nil, nil, err
	}
	db, release, err := w.Query(ctx)
	if err != nil {
		return nil, nil, err
	}
	engine := analytics.New(analytics.Standard(), folder.Settings)
	ask = func(ctx context.Context, q analytics.Question) (any, error) { return engine.Reply(ctx, db, q) }
	return ask, func() {
		release()
		_ = closed() // the file is removed
		remove()
	}, nil
}

// question asks the service.
func (v *visitor) question(ctx context.Context, q analytics.Question) (any, error) {
	asked := q.Query()
	asked.Filters = append(asked.Filters, asked.Lock...) // the API has no lock; filters hold as well
	r, err := v.ask(ctx, "POST", "/query", asked)
	if f, ok := errors.AsType[*adtally.Fault](err); ok && f.Act == adtally.Configure {
		return map[string]string{"refused": f.Code, "message": f.Message, "hint": f.Hint}, nil
	}
	if err != nil {
		return nil, err
	}
	var answer api.QueryAnswer
	if err := r.into(&answer); err != nil {
		return nil, err
	}
	return q.Reply(answer.Answer()), nil
}
