package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/notify"
)

// contents are a message and its files.
type contents struct {
	message notify.Message
	files   []adtally.AttachedFile
	problem string // what is missing
}

// board is a dashboard with what holds for all of its questions.
type board struct {
	spec  analytics.DashboardSpec
	view  analytics.View
	lock  []analytics.Filter
	zone  *time.Location
	today adtally.Day
}

// answered is a tile with its answer.
type answered struct {
	title   string
	tile    analytics.Tile
	query   analytics.Query
	answer  *analytics.Answer
	refused string // why there is no answer
}

// prepare answers the questions of a dashboard and makes its files.
func (k *Sender) prepare(ctx context.Context, s adtally.Subscription) (*contents, error) {
	maker, err := k.Installation.User(ctx, s.Maker)
	if missing(err) || err == nil && (maker.Disabled || !maker.Role.Reaches(adtally.Editor)) {
		return nil, asleep("Its maker may not share dashboards any more", "Create the delivery again.")
	}
	if err != nil {
		return nil, err
	}
	channel, err := k.Installation.Channel(ctx, s.Channel)
	if err != nil {
		return nil, err
	}
	b, err := k.board(ctx, s)
	if err != nil {
		return nil, err
	}
	all, err := k.answers(ctx, b)
	if err != nil {
		return nil, err
	}
	c := &contents{message: message(b, all)}
	if channel.Kind != "mail" {
		return c, nil
	}
	return c, k.attach(ctx, s, b, all, c)
}

// board reads the dashboard as it is now.
func (k *Sender) board(ctx context.Context, s adtally.Subscription) (b board, err error) {
	if b.spec, err = k.spec(ctx, s.Dashboard); err != nil {
		return b, err
	}
	settings, err := k.Figures.Settings(ctx)
	if err != nil {
		return b, err
	}
	if b.zone, err = time.LoadLocation(settings.Zone); err != nil {
		return b, fmt.Errorf("the reporting zone: %w", err)
	}
	b.today = adtally.DayOf(k.Now(), b.zone)
	if len(s.Range) > 0 {
		if err := json.Unmarshal(s.Range, &b.spec.Range); err != nil {
			return b, fmt.Errorf("read the days of the subscription %s: %w", s.ID, err)
		}
	}
	from, to := b.spec.Range.Resolved(b.today)
	b.view = analytics.View{From: from, To: to, AsOf: min(to, b.today-1), Compare: b.spec.Compare, Currency: b.spec.Currency}
	for _, f := range b.spec.Filters {
		if len(f.In) > 0 {
			b.view.Filters = append(b.view.Filters, analytics.Filter{Dimension: f.Dimension, In: f.In})
		}
	}
	for _, l := range s.Lock {
		b.lock = append(b.lock, analytics.Filter{Dimension: l.Dimension, In: l.In})
	}
	return b, nil
}

// spec returns a dashboard.
func (k *Sender) spec(ctx context.Context, id string) (spec analytics.DashboardSpec, err error) {
	for _, r := range analytics.ReadyDashboards() {
		if r.Name == id {
			return r.DashboardSpec, nil
		}
	}
	kept, err := k.Installation.Dashboard(ctx, id)
	if missing(err) {
		return spec, asleep("The dashboard was deleted", "Delete the delivery.")
	}
	if err != nil {
		return spec, err
	}
	if err := json.Unmarshal(kept.Content, &spec); err != nil {
		return spec, fmt.Errorf("read the dashboard %s: %w", id, err)
	}
	return spec, nil
}

// answers asks the questions of all tiles, under the lock. A refused question is part of the
// result.
func (k *Sender) answers(ctx context.Context, b board) (all []answered, err error) {
	known, err := k.Figures.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range b.spec.Tiles {
		if !t.Asks() {
			continue
		}
		one := answered{title: titleOf(t, known), tile: t}
		if one.query, err = t.Question(b.view); err == nil {
			one.query.Shared, one.query.Lock = true, b.lock
			one.answer, err = k.Figures.Ask(ctx, one.query)
		}
		if r, refused := errors.AsType[*analytics.Refusal](err); refused {
			one.refused, err = r.Message, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// titleOf is the title of a tile; without one, the titles of its metrics.
func titleOf(t analytics.Tile, known []analytics.MetricInfo) string {
	if t.Title != "" {
		return t.Title
	}
	var names []string
	for _, name := range t.Complete().Metrics {
		i := slices.IndexFunc(known, func(m analytics.MetricInfo) bool { return m.Name == name })
		if i >= 0 && known[i].Title != "" {
			name = known[i].Title
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// mostNotes bounds the remarks in a message; the dashboard has all of them.
const mostNotes = 8

// message says what the dashboard shows.
func message(b board, all []answered) notify.Message {
	r := &notify.Report{From: b.view.From, To: b.view.To, Figures: figures(all)}
	for _, a := range all {
		note := ""
		if a.refused != "" {
			note = a.title + " is not shown: " + a.refused
		}
		r.Notes = add(r.Notes, note)
		if a.answer == nil {
			continue
		}
		if at := a.answer.AsOf; !at.IsZero() && (r.AsOf.IsZero() || at.Before(r.AsOf)) {
			r.AsOf = at.UTC()
		}
		for _, n := range a.answer.Notes {
			r.Notes = add(r.Notes, n.Message)
		}
	}
	r.Notes = r.Notes[:min(len(r.Notes), mostNotes)]
	days := "From " + spelled(r.From) + " to " + spelled(r.To)
	if r.From == r.To {
		days = "On " + spelled(r.From)
	}
	sentence := days + "."
	if complete := min(r.To, b.today-1) + 1; !r.AsOf.IsZero() && r.AsOf.Before(complete.Start(b.zone)) {
		r.Stale = true
		sentence += fmt.Sprintf(" The data is stale: it was read on %s, before the last of these days was over.", r.AsOf.In(b.zone).Format("2 January 2006 at 15:04 MST"))
	}
	return notify.Message{Title: b.spec.Title, Sentence: sentence, Report: r}
}

// add adds a note that is not there yet.
func add(notes []string, note string) []string {
	if note = strings.TrimSpace(note); note == "" || slices.Contains(notes, withStop(note)) {
		return notes
	}
	return append(notes, withStop(note))
}

func withStop(s string) string { return strings.TrimSuffix(s, ".") + "." }

func spelled(d adtally.Day) string { return d.Start(time.UTC).Format("2 January 2006") }
