package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/store"
)

// answers serves the API's questions about metrics from the warehouse.
type answers struct {
	store     *store.DB
	warehouse *warehouse
	shared    *sharedRefresh
	// currencies are those that questions convert to.
	currencies *targetCurrencies
	catalog    func() []adtally.Spec
	now        func() time.Time

	turns *semaphore.Weighted // how many questions are answered at once: each needs memory

	mu   sync.Mutex
	key  string // of defs: the versions of everything that they were read from
	defs *analytics.Definitions
}

// answers returns what answers questions. It is the same for everybody, because it limits how many
// questions are answered at once.
func (s *service) answers() *answers { return s.answering() }

func (s *service) newAnswers() *answers {
	a := &answers{store: s.store, warehouse: s.warehouse, currencies: s.currencies, catalog: s.platforms.Catalog, now: s.p.clock, turns: semaphore.NewWeighted(questionsAtOnce)}
	a.shared = &sharedRefresh{sources: s.store, settings: a.Settings, catalog: s.platforms.Catalog, chosen: a.chosen, matches: s.store.CampaignMatches,
		mapped: s.uploads.Refresh, rates: s.uploads.AddRates, log: s.log}
	return a
}

// questionsAtOnce is how many questions the warehouse answers at the same time.
const questionsAtOnce = 2

// chosen changes with every upload, mapped table, match, target currency and day, because rates are
// kept by day.
func (a *answers) chosen(ctx context.Context) (string, error) {
	files, err := a.store.DataFiles(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s %d %s;", f.ID, f.Revision, f.Result.At)
	}
	matches, err := a.store.CampaignMatches(ctx)
	if err != nil {
		return "", err
	}
	for _, m := range matches {
		fmt.Fprintf(&b, "%s %s;", m.Touch, m.Campaign)
	}
	targets, err := a.currencies.targets(ctx)
	fmt.Fprint(&b, targets, adtally.DayOf(a.now(), time.UTC))
	return b.String(), err
}

// inForce are the installation's own definitions and naming rules, and the versions that
// they have.
func (a *answers) inForce(ctx context.Context) (own []analytics.File, rules []analytics.NamingRule, key string, err error) {
	stored, err := a.store.Definitions(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	for _, v := range stored {
		own = append(own, analytics.File{Name: v.Name, Text: []byte(v.YAML), Own: true})
		key += fmt.Sprintf("%s %d;", v.Name, v.Version)
	}
	kept, err := a.store.NamingRules(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	for _, r := range kept {
		var rule analytics.NamingRule
		if err := json.Unmarshal(r.Content, &rule); err != nil {
			return nil, nil, "", fmt.Errorf("read the naming rule %s: %w", r.ID, err)
		}
		rules = append(rules, rule)
		key += fmt.Sprintf("%s %d;", r.ID, r.Version)
	}
	return own, rules, key, nil
}

// definitions returns the definitions in force. They are read again when one has changed.
func (a *answers) definitions(ctx context.Context) (*analytics.Definitions, error) {
	own, rules, key, err := a.inForce(ctx)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.defs != nil && a.key == key {
		return a.defs, nil
	}
	files := append(analytics.BuiltIn(), own...)
	naming, err := analytics.NamingFile(rules, files...)
	if err != nil {
		return nil, brokenDefinition(err)
	}
	d, err := analytics.Load(append(files, naming)...)
	if err != nil {
		return nil, brokenDefinition(err)
	}
	a.key, a.defs = key, d
	return d, nil
}

// brokenDefinition says that stored definitions do not fit any more, which a new version of
// Adtally can cause.
func brokenDefinition(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &adtally.Fault{Act: adtally.Configure, Code: "bad_definition", Message: "A file with definitions is not valid: " + first, Hint: "Correct the file under Data, Metrics.", Err: err}
}

func (a *answers) engine(ctx context.Context) (*analytics.Engine, error) {
	d, err := a.definitions(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return analytics.New(d, s), nil
}

// reading runs f in one transaction of the warehouse, so that all its statements see the
// same state.
func (a *answers) reading(ctx context.Context, f func(*analytics.Engine, analytics.Queryer) error) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	if err := a.turns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer a.turns.Release(1)
	return a.warehouse.reading(ctx, a.shared.refresh, func(db *sql.DB) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		err = noData(f(e, tx))
		return errors.Join(err, tx.Rollback())
	})
}

// noData refuses a question about a table that does not exist yet.
func noData(err error) error {
	if err == nil || !strings.Contains(err.Error(), "Catalog Error") {
		return err
	}
	return &analytics.Refusal{Code: "no_data", Message: "There is no data yet", Hint: "Sync a source, or upload a file."}
}

// Ask answers a question.
func (a *answers) Ask(ctx context.Context, q analytics.Query) (out *analytics.Answer, err error) {
	a.currencies.ask(q.Currency)
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		out, err = e.Ask(ctx, db, q)
		return err
	})
	return out, err
}

// Metrics returns the metrics that are defined.
func (a *answers) Metrics(ctx context.Context) ([]analytics.MetricInfo, error) {
	d, err := a.definitions(ctx)
	if err != nil {
		return nil, err
	}
	return d.Infos(), nil
}

// Dimensions returns the dimensions of the models.
func (a *answers) Dimensions(ctx context.Context) ([]analytics.DimensionInfo, error) {
	d, err := a.definitions(ctx)
	if err != nil {
		return nil, err
	}
	return d.Dimensions(), nil
}

// Members returns the members of a dimension whose ID or name contains a text.
func (a *answers) Members(ctx context.Context, dimension, search string, limit int) (all []analytics.Member, err error) {
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		all, err = e.Members(ctx, db, dimension, search, limit)
		return err
	})
	return all, err
}

// SharedMembers returns the members of a dimension that the lock of a question shows.
func (a *answers) SharedMembers(ctx context.Context, under analytics.Query, dimension, search string, limit int) (all []analytics.Member, err error) {
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		all, err = e.SharedMembers(ctx, db, under, dimension, search, limit)
		return err
	})
	return all, err
}

// Possible refuses a question that cannot be answered whatever the data is.
func (a *answers) Possible(ctx context.Context, q analytics.Query) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	return e.Possible(q)
}

// NamesInUse returns the names of a level with what they spent.
func (a *answers) NamesInUse(ctx context.Context, level analytics.NamedLevel, w adtally.Window) (all []adtally.NamedSpend, err error) {
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		all, err = e.NamesInUse(ctx, db, level, w)
		return err
	})
	return all, err
}

// AskByTouch answers a question grouped by how customers and orders came.
func (a *answers) AskByTouch(ctx context.Context, q analytics.Query) (out *analytics.Answer, err error) {
	a.currencies.ask(q.Currency)
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		out, err = e.AskByTouch(ctx, db, q)
		return err
	})
	return out, err
}

// Touches returns the ways of coming that have some IDs, by ID.
func (a *answers) Touches(ctx context.Context, ids []string) (all map[string]analytics.Touch, err error) {
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		all, err = e.Touches(ctx, db, ids)
		return err
	})
	return all, err
}

// CampaignNames returns the current names of those of some campaigns that exist.
func (a *answers) CampaignNames(ctx context.Context, ids []string) (all map[string]string, err error) {
	err = a.reading(ctx, func(e *analytics.Engine, db analytics.Queryer) (err error) {
		all, err = e.CampaignNames(ctx, db, ids)
		return err
	})
	return all, err
}

// Settings returns the rules for figures.
func (a *answers) Settings(ctx context.Context) (analytics.Settings, error) {
	s, _, err := figureRules{store: a.store}.AnalyticsSettings(ctx)
	if err != nil {
		return s, err
	}
	s.Accounts, err = a.store.AccountNames(ctx)
	s.Channels = map[string]string{}
	for _, spec := range a.catalog() {
		if spec.Marketing.Channel != "" {
			s.Channels[spec.Marketing.Channel] = spec.Title
		}
	}
	return s, err
}

// BuiltIn returns the built-in files with definitions by name.
func (a *answers) BuiltIn() map[string]string {
	all := map[string]string{}
	for _, f := range analytics.BuiltIn() {
		all[strings.TrimSuffix(f.Name, ".yaml")] = string(f.Text)
	}
	return all
}

// CheckDefinition checks a file together with the others.
func (a *answers) CheckDefinition(ctx context.Context, name, text string) (analytics.CheckedDefinition, error) {
	own, _, _, err := a.inForce(ctx)
	if err != nil {
		return analytics.CheckedDefinition{}, err
	}
	return analytics.Check(append(analytics.BuiltIn(), own...), analytics.File{Name: name, Text: []byte(text), Own: true}), nil
}

// Export returns one file with all definitions.
func (a *answers) Export(ctx context.Context) (string, error) {
	own, _, _, err := a.inForce(ctx)
	if err != nil {
		return "", err
	}
	return analytics.Export(append(analytics.BuiltIn(), own...)...)
}

// reading opens the warehouse for a question that may take longer than opening it. refresh
// runs first, if it is not nil.
func (w *warehouse) reading(ctx context.Context, refresh func(context.Context, destination.Writer) error, ask func(*sql.DB) error) error {
	var writer destination.Writer
	release := func() {}
	err := w.opened(ctx, func(opening context.Context, _ destination.Writer) (err error) {
		writer, release, err = w.use(opening) // once more, because opened gives its own use back
		return err
	})
	if err != nil {
		return err
	}
	defer release()
	if refresh != nil {
		if err := refresh(ctx, writer); err != nil {
			return err
		}
	}
	db, done, err := writer.Query(ctx)
	if err != nil {
		return err
	}
	defer done()
	return ask(db)
}
