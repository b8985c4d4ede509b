package analytics_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/analytics"
)

// twin is a copy of a data set without the rows outside a lock, or with the fee in its spend.
type twin struct {
	columns map[string][]string
	rows    map[string][][]any
}

func twinOf(f *analytics.Folder) *twin {
	t := &twin{columns: map[string][]string{}, rows: map[string][][]any{}}
	for _, table := range analytics.Tables() {
		for _, c := range table.Columns {
			t.columns[table.Name] = append(t.columns[table.Name], c.Name)
		}
		for _, r := range f.Rows[table.Name] {
			t.rows[table.Name] = append(t.rows[table.Name], slices.Clone(r))
		}
	}
	return t
}

func (t *twin) folder(s analytics.Settings) *analytics.Folder {
	return &analytics.Folder{Settings: s, Rows: t.rows}
}

// value returns a column of a row as text; empty for NULL.
func (t *twin) value(table string, row []any, column string) string {
	text, _ := row[slices.Index(t.columns[table], column)].(string)
	return text
}

// keep deletes the rows of a table that do not pass.
func (t *twin) keep(table string, pass func(value func(string) string) bool) {
	t.rows[table] = slices.DeleteFunc(t.rows[table], func(r []any) bool {
		return !pass(func(column string) string { return t.value(table, r, column) })
	})
}

// values are the values of a column.
func (t *twin) values(table, column string) map[string]bool {
	all := map[string]bool{}
	for _, r := range t.rows[table] {
		all[t.value(table, r, column)] = true
	}
	return all
}

// lockTo deletes what is outside some campaigns.
func (t *twin) lockTo(campaigns map[string]bool) {
	of := func(value func(string) string) bool { return campaigns[value("campaign_id")] }
	for _, table := range []string{"marketing_spend", "ad_delivery", "campaigns", "campaign_match", "reach_campaign_month"} {
		t.keep(table, of)
	}
	accounts, touches := t.values("campaigns", "account_id"), t.values("campaign_match", "touch_id")
	for _, table := range []string{"accounts", "budgets"} {
		t.keep(table, func(value func(string) string) bool { return accounts[value("account_id")] })
	}
	t.keep("coverage", func(value func(string) string) bool {
		return value("account_id") == "" || accounts[value("account_id")]
	})
	for _, table := range []string{"customers", "orders"} {
		t.keep(table, func(value func(string) string) bool { return touches[value("touch_id")] })
	}
	orders := t.values("orders", "order_id")
	t.keep("refunds", func(value func(string) string) bool { return orders[value("order_id")] })
}

// lockDays deletes what is outside some days.
func (t *twin) lockDays(from, to adtally.Day, zone string) {
	within := func(d adtally.Day) bool { return d >= from && d <= to }
	for _, table := range []string{"marketing_spend", "ad_delivery"} {
		t.keep(table, func(value func(string) string) bool { return within(mustDay(value("date"))) })
	}
	t.keep("customers", func(value func(string) string) bool { return within(inZone(value("acquired_at"), zone)) })
	t.keep("orders", func(value func(string) string) bool { return within(inZone(value("ordered_at"), zone)) })
	orders := t.values("orders", "order_id")
	t.keep("refunds", func(value func(string) string) bool { return orders[value("order_id")] }) // they belong to the day of their order
	first, last := slices.Index(t.columns["coverage"], "from_date"), slices.Index(t.columns["coverage"], "through_date")
	for _, r := range t.rows["coverage"] {
		r[first], r[last] = max(mustDay(r[first].(string)), from).String(), min(mustDay(r[last].(string)), to).String()
	}
	t.keep("coverage", func(value func(string) string) bool { return value("from_date") <= value("through_date") })
	for _, table := range []string{"budgets", "reach_campaign_month"} {
		t.keep(table, func(value func(string) string) bool {
			first := mustDay(value("month") + "-01")
			next := mustDay((first + 31).String()[:7] + "-01")
			return first >= from && next-1 <= to
		})
	}
}

// multiply adds the fee to spend.
func (t *twin) multiply(fee string) {
	f, _ := new(big.Rat).SetString(fee)
	f.Add(f, big.NewRat(1, 1))
	for _, table := range []string{"marketing_spend", "ad_delivery"} {
		at := slices.Index(t.columns[table], "spend")
		for _, r := range t.rows[table] {
			if text, ok := r[at].(string); ok {
				n, _ := new(big.Rat).SetString(text)
				r[at] = n.Mul(n, f).FloatString(6)
			}
		}
	}
}

func mustDay(text string) adtally.Day {
	d, err := adtally.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

// said is what a reader sees of an answer, or of a refusal.
func said(t *testing.T, e *analytics.Engine, db analytics.Queryer, q analytics.Query) (text, refused string) {
	t.Helper()
	a, err := e.Ask(context.Background(), db, q)
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		return "refused: " + r.Code + ": " + r.Message, r.Code
	}
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	a.SQL, a.Took = nil, 0
	out, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out), ""
}

// twins asks one question of a link and, as an ordinary viewer, of the twin.
type twins struct {
	full, copied analytics.Queryer
	engine       *analytics.Engine
	asked, held  int // questions, and those that the link did not refuse
}

// same compares the answers. A link may refuse what it cannot lock or add a fee to.
func (w *twins) same(t *testing.T, what string, q, plain analytics.Query) {
	t.Helper()
	got, code := said(t, w.engine, w.full, q)
	w.asked++
	if slices.Contains([]string{"dimension_missing", "lock_unsupported", "fee_unsupported"}, code) {
		return
	}
	w.held++
	want, _ := said(t, w.engine, w.copied, plain)
	if diff := cmp.Diff(want, strings.ReplaceAll(got, " (as agreed)", "")); diff != "" {
		t.Fatalf("%s: %+v\nthe link differs from the twin: %s", what, q, diff)
	}
}

// namedEngine has a dimension client, which is a part of campaigns' names.
func namedEngine(t *testing.T, s analytics.Settings) *analytics.Engine {
	t.Helper()
	rule := analytics.NamingRule{Title: "Client", Level: analytics.CampaignNames, Kind: analytics.ByDelimiter, Delimiter: " ", Parts: []analytics.NamingPart{{Index: 2, Dimension: "client"}}}
	naming, err := analytics.NamingFile([]analytics.NamingRule{rule}, analytics.BuiltIn()...)
	if err != nil {
		t.Fatal(err)
	}
	d, err := analytics.Load(append(analytics.BuiltIn(), naming)...)
	if err != nil {
		t.Fatal(err)
	}
	return analytics.New(d, s)
}

// lock returns a random lock and the campaigns within it.
func (w *world) lock() ([]analytics.Filter, map[string]bool) {
	some := func(of func(randomCampaign) string) (values []string) {
		for _, c := range w.campaigns {
			if v := of(c); w.IntN(2) == 0 && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		return values
	}
	dims := map[string]func(randomCampaign) string{"account": func(c randomCampaign) string { return c.account }, "channel": func(c randomCampaign) string { return c.channel },
		"campaign": func(c randomCampaign) string { return c.id }, "client": func(c randomCampaign) string { return c.id }}
	within := map[string]bool{}
	for _, c := range w.campaigns {
		within[c.id] = true
	}
	var all []analytics.Filter
	for range 1 + w.IntN(2) {
		dim := pickOne(w.Rand, "account", "account", "channel", "campaign", "client")
		f := analytics.Filter{Dimension: dim, In: some(dims[dim])}
		for _, c := range w.campaigns {
			within[c.id] = within[c.id] && slices.Contains(f.In, dims[dim](c))
		}
		all = append(all, f)
	}
	return all, within
}

// tiles are the tiles of the ready dashboards that ask, and random ones.
func (w *world) tiles(random int) (all []analytics.Tile) {
	for _, d := range analytics.ReadyDashboards() {
		for _, tile := range d.Tiles {
			if tile.Asks() {
				all = append(all, tile)
			}
		}
	}
	for range random {
		q := w.question()
		tile := analytics.Tile{Kind: pickOne(w.Rand, analytics.TableTile, analytics.LineTile, analytics.BarTile, analytics.MetricTile), Metrics: q.Metrics, Grain: q.Grain, Top: q.Top, Totals: q.Totals}
		if q.Group != "" {
			tile.By = []string{q.Group}
		}
		all = append(all, tile)
	}
	return all
}

// view returns what a reader may choose.
func (w *world) view() analytics.View {
	from := w.day()
	v := analytics.View{From: from, To: from + adtally.Day(w.IntN(30)), Currency: pickOne(w.Rand, "", "EUR", "USD"),
		Compare: pickOne(w.Rand, analytics.NoCompare, analytics.PreviousPeriod, analytics.PreviousMonth, analytics.PreviousYear)}
	if w.IntN(3) == 0 {
		c := pickOne(w.Rand, w.campaigns...)
		v.Filters = pickOne(w.Rand, []analytics.Filter{{Dimension: "account", In: []string{c.account}}}, []analytics.Filter{{Dimension: "campaign", NotIn: []string{c.id}}},
			[]analytics.Filter{{Dimension: "channel", In: []string{c.channel, "none such"}}}, []analytics.Filter{{Dimension: "account", In: []string{"(unmatched)", "%", "*", ""}}})
	}
	return v
}

func question(t *testing.T, tile analytics.Tile, v analytics.View) analytics.Query {
	t.Helper()
	q, err := tile.Question(v)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// twinTiles is how many random tiles each world asks beside those of the ready dashboards.
const twinTiles = 20

// twinWorlds is how many worlds are asked.
func twinWorlds() int {
	if os.Getenv("ADTALLY_LONG") != "" {
		return 12
	}
	return 2
}

// What a link shows is what a viewer sees who has only the rows within its lock.
func TestAsk_LockLikeDeletedRows(t *testing.T) {
	t.Parallel()
	asked, held := 0, 0
	for seed := range twinWorlds() {
		w := newWorld(uint64(1000 + seed))
		w.notes()
		lock, campaigns := w.lock()
		copied := twinOf(w.folder)
		copied.lockTo(campaigns)
		both := &twins{full: scratch(t, w.folder), copied: scratch(t, copied.folder(w.folder.Settings)), engine: namedEngine(t, w.folder.Settings)}
		for _, tile := range w.tiles(twinTiles) {
			plain := question(t, tile, w.view())
			q := plain
			q.Lock, q.Shared = lock, true
			both.same(t, "lock", q, plain)
		}
		asked, held = asked+both.asked, held+both.held
	}
	t.Logf("%d questions, %d answered alike", asked, held)
	if held < asked/2 {
		t.Error("too many questions are refused to prove something")
	}
}

// The same for a lock of days. Whether the last days are settled depends on days after them, so
// that the twin knows less there.
func TestAsk_DaysLikeDeletedRows(t *testing.T) {
	t.Parallel()
	for seed := range twinWorlds() {
		w := newWorld(uint64(2000 + seed))
		from := w.day()
		to := from + adtally.Day(w.IntN(w.days))
		copied := twinOf(w.folder)
		copied.lockDays(from, to, w.zone)
		both := &twins{full: scratch(t, w.folder), copied: scratch(t, copied.folder(w.folder.Settings)), engine: namedEngine(t, w.folder.Settings)}
		for _, tile := range w.tiles(twinTiles) {
			plain := question(t, tile, w.view())
			if slices.Contains(plain.Metrics, "refunds_paid") || slices.Contains(plain.By, "country") {
				continue // the lock also bounds the day of payment, and orders keep their customers' country
			}
			q := plain
			q.LockFrom, q.LockTo, q.Shared = from, to, true
			both.same(t, "days "+from.String()+" to "+to.String(), q, plain)
		}
	}
}

// What a link with a fee shows is what a viewer sees whose warehouse has the fee in its spend.
func TestAsk_FeeLikeMultipliedSpend(t *testing.T) {
	t.Parallel()
	asked, held := 0, 0
	for seed := range twinWorlds() {
		w := newWorld(uint64(3000 + seed))
		fee := pickOne(w.Rand, "0.15", "0.1", "0.0725", "1", "0.3333")
		copied := twinOf(w.folder)
		copied.multiply(fee)
		both := &twins{full: scratch(t, w.folder), copied: scratch(t, copied.folder(w.folder.Settings)), engine: namedEngine(t, w.folder.Settings)}
		for _, tile := range w.tiles(twinTiles) {
			plain := question(t, tile, w.view())
			q := plain
			q.Fee, q.Shared = fee, true
			both.same(t, "fee "+fee, q, plain)
		}
		asked, held = asked+both.asked, held+both.held
	}
	t.Logf("%d questions, %d answered alike", asked, held)
	if held < asked/2 {
		t.Error("too many questions are refused to prove something")
	}
}

// notes adds what connectors say of channels, and budgets.
func (w *world) notes() {
	for _, channel := range []string{"facebook", "google"} {
		w.add("channel_notes", channel, "still_counting", nil, int64(1+w.IntN(9)), "Conversions of "+channel+" still come in.")
		w.add("channel_notes", channel, "regime", w.day().String(), nil, "Conversions of "+channel+" are counted otherwise.")
	}
	seen := map[string]bool{}
	for _, c := range w.campaigns {
		if !seen[c.account] {
			seen[c.account] = true
			w.add("budgets", c.account, "", w.day().String()[:7], c.currency, "1000", "f")
		}
	}
}

// Members are listed within the lock only.
func TestSharedMembers_LikeDeletedRows(t *testing.T) {
	t.Parallel()
	for seed := range 4 * twinWorlds() {
		w := newWorld(uint64(4000 + seed))
		lock, campaigns := w.lock()
		copied := twinOf(w.folder)
		copied.lockTo(campaigns)
		engine := namedEngine(t, w.folder.Settings)
		full, small := scratch(t, w.folder), scratch(t, copied.folder(w.folder.Settings))
		for _, dim := range []string{"account", "channel", "campaign", "client", "country"} {
			got, err := engine.SharedMembers(t.Context(), full, analytics.Query{Lock: lock}, dim, "", 100)
			if err != nil {
				t.Fatal(dim, err)
			}
			want, err := engine.Members(t.Context(), small, dim, "", 100)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s within %v: %s", dim, lock, diff)
			}
		}
	}
}
