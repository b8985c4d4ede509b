package analytics_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/analytics"
)

// world is a random data set, once as rows of the warehouse and once for the slow evaluator.
type world struct {
	*rand.Rand
	folder    *analytics.Folder
	slow      *slow
	zone      string
	first     adtally.Day
	days      int
	campaigns []randomCampaign
	coverage  []covering
	customers map[string]map[string]string // dims by ID
}

type randomCampaign struct{ id, account, channel, currency string }

type covering struct {
	account       string
	from, through adtally.Day
}

func pickOne[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (w *world) day() adtally.Day { return w.first + adtally.Day(w.IntN(w.days)) }

func (w *world) add(table string, row ...any) {
	w.folder.Rows[table] = append(w.folder.Rows[table], row)
}

// number returns a random amount and its text; nil is NULL.
func (w *world) number(decimals, atMost int) (any, *big.Rat) {
	switch w.IntN(10) {
	case 0:
		return nil, nil
	case 1:
		return "0", new(big.Rat)
	}
	n := big.NewRat(w.Int64N(int64(atMost)), []int64{1, 10, 100}[decimals])
	return n.FloatString(decimals), n
}

func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 19)) //nolint:gosec // a test wants the same numbers again
	first := adtally.Day(20446 + r.IntN(100))
	w := &world{Rand: r, first: first, days: 10 + r.IntN(60), zone: pickOne(r, "UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
		folder: &analytics.Folder{Settings: analytics.DefaultSettings(), Rows: map[string][][]any{}}, customers: map[string]map[string]string{}}
	w.folder.Settings.Zone, w.folder.Settings.FiscalStart = w.zone, pickOne(r, "01-01", "02-01", "07-06", "12-31")
	w.slow = &slow{facts: map[string][]fact{}, rates: map[string]*big.Rat{}, calendar: map[adtally.Day]analytics.CalendarDay{},
		lacks:   map[string][]string{"spend": {"country"}, "customers": {"currency"}},
		covered: w.covered}
	for _, d := range analytics.Calendar(first-1, first+adtally.Day(w.days), w.folder.Settings) {
		w.slow.calendar[d.Date] = d
		w.add("day", d.Date.String(), d.ISOWeek, d.Month, d.Quarter, d.FiscalMonth, d.FiscalQuarter)
	}
	w.accounts()
	w.rates()
	w.spend()
	w.shop()
	return w
}

func (w *world) covered(of string, d adtally.Day, scope func(map[string]string) bool) bool {
	for _, c := range w.coverage {
		if d < c.from || d > c.through {
			continue
		}
		if c.account == "" && of != "spend" {
			return true
		}
		for _, k := range w.campaigns {
			dims := map[string]string{"channel": k.channel, "account": k.account, "campaign": k.id, "currency": k.currency}
			if c.account == k.account && of == "spend" && scope(dims) {
				return true
			}
		}
	}
	return false
}

func (w *world) accounts() {
	for i := range 1 + w.IntN(4) {
		id, channel, currency := fmt.Sprint(10+i), pickOne(w.Rand, "facebook", "google"), pickOne(w.Rand, "EUR", "EUR", "USD", "SEK")
		w.add("accounts", id, channel, "s", "Account "+id, currency, pickOne(w.Rand, "UTC", "Europe/Berlin"))
		for j := range 1 + w.IntN(3) {
			c := randomCampaign{fmt.Sprintf("%s%d", id, j), id, channel, currency}
			w.campaigns = append(w.campaigns, c)
			w.add("campaigns", c.id, id, channel, "s", "Campaign "+c.id, true)
			w.add("campaigns", c.id, id, channel, "s", "Once "+c.id, false)
		}
		if w.IntN(4) > 0 {
			from := w.day()
			c := covering{id, from, from + adtally.Day(w.IntN(w.days))}
			w.coverage = append(w.coverage, c)
			w.add("coverage", "marketing_spend", id, c.from.String(), c.through.String(), w.requested())
		}
	}
	from := w.day()
	c := covering{"", from, from + adtally.Day(w.IntN(w.days))}
	w.coverage = append(w.coverage, c)
	for _, dataset := range []string{"customers", "orders"} {
		w.add("coverage", dataset, "", c.from.String(), c.through.String(), w.requested())
	}
}

// requested returns when data was requested; nil = it is not known.
func (w *world) requested() any {
	if w.IntN(4) == 0 {
		return nil
	}
	return fmt.Sprintf("2026-09-%02dT%02d:00:00Z", 1+w.IntN(28), w.IntN(24))
}

func (w *world) rates() {
	var published []analytics.Rate
	for d := w.first; d < w.first+adtally.Day(w.days); d += adtally.Day(1 + w.IntN(4)) {
		for _, c := range []string{"USD", "SEK"} {
			published = append(published, analytics.Rate{Day: d, Currency: c, PerEuro: big.NewRat(50+w.Int64N(1000), 100)})
		}
	}
	for r := range analytics.DailyRates(published, 7, w.first+adtally.Day(w.days)) {
		w.add("fx_daily", r.Day.String(), r.From, r.To, r.Rate, r.Source.String())
		w.slow.rates[r.Day.String()+r.From+r.To], _ = new(big.Rat).SetString(r.Rate)
	}
}

func (w *world) spend() {
	for d := w.first; d < w.first+adtally.Day(w.days); d++ {
		for _, c := range w.campaigns {
			if w.IntN(3) > 0 {
				continue
			}
			f := fact{day: d, currency: c.currency, dims: map[string]string{"channel": c.channel, "account": c.account, "campaign": c.id, "currency": c.currency}, values: map[string]*big.Rat{}}
			row := []any{d.String(), c.channel, "s", c.account, c.id, "Campaign " + c.id, c.currency}
			for _, col := range []struct {
				name            string
				decimals, limit int
			}{{"spend", 2, 50000}, {"impressions", 0, 1000}, {"clicks", 0, 90}, {"link_clicks", 0, 60}, {"platform_conversions", 0, 9}, {"platform_value", 1, 9000}} {
				text, n := w.number(col.decimals, col.limit)
				row = append(row, text)
				if n != nil {
					f.values[col.name] = n
				}
			}
			w.slow.facts["spend"] = append(w.slow.facts["spend"], f)
			w.add("marketing_spend", append(row, nil, false)...)
		}
	}
}

// touch returns a random way of coming with its dimensions.
func (w *world) touch() (string, map[string]string) {
	if w.IntN(4) == 0 {
		return "t-none", map[string]string{"channel": "(unmatched)", "account": "(unmatched)", "campaign": "(unmatched)"}
	}
	c := pickOne(w.Rand, w.campaigns...)
	return "t" + c.id, map[string]string{"channel": c.channel, "account": c.account, "campaign": c.id}
}

func (w *world) instant() (string, adtally.Day) {
	text := fmt.Sprintf("%sT%02d:%02d:00Z", w.day(), w.IntN(24), w.IntN(60))
	return text, inZone(text, w.zone)
}

func (w *world) shop() {
	w.add("campaign_match", "t-none", nil, nil, nil, "unmatched", nil, nil, nil, nil)
	for _, c := range w.campaigns {
		w.add("campaign_match", "t"+c.id, c.channel, c.account, c.id, "id", nil, nil, nil, nil)
	}
	for i := range w.IntN(40) {
		id, country := fmt.Sprint("c", i), pickOne(w.Rand, "DE", "US", "")
		at, day := w.instant()
		touch, dims := w.touch()
		dims["country"] = country
		var stored any = country
		if country == "" {
			stored, dims["country"] = nil, "(none)"
		}
		w.customers[id] = dims
		w.add("customers", id, at, stored, touch, "f")
		w.slow.facts["customers"] = append(w.slow.facts["customers"], fact{day: day, dims: dims, ids: map[string]string{"new_customers": id}})
	}
	for i := range w.IntN(80) {
		w.order(fmt.Sprint("o", i))
	}
}

func (w *world) order(id string) {
	at, day := w.instant()
	touch, dims := w.touch()
	customer, currency := fmt.Sprint("c", w.IntN(50)), pickOne(w.Rand, "EUR", "EUR", "USD")
	dims["currency"], dims["country"] = currency, "(none)"
	if c := w.customers[customer]; c != nil {
		dims["country"] = c["country"]
	}
	var stored any = customer
	ids := map[string]string{"orders": id, "active_customers": customer}
	if w.IntN(8) == 0 {
		stored, dims["country"] = nil, "(none)"
		delete(ids, "active_customers")
	}
	status := pickOne[any](w.Rand, "paid", "cancelled", nil)
	text, amount := w.number(2, 90000)
	w.add("orders", id, stored, at, text, currency, status, false, touch, "f")
	if status == "cancelled" {
		w.refunds(id, day, currency, dims, false)
		return
	}
	f := fact{day: day, currency: currency, dims: dims, ids: ids, values: map[string]*big.Rat{}}
	if amount != nil {
		f.values["revenue"] = amount
	}
	w.slow.facts["orders"] = append(w.slow.facts["orders"], f)
	w.refunds(id, day, currency, dims, true)
}

func (w *world) refunds(order string, day adtally.Day, currency string, dims map[string]string, counts bool) {
	for i := range w.IntN(3) {
		text, amount := w.number(2, 5000)
		at, paid := w.instant()
		w.add("refunds", fmt.Sprintf("%s-%d", order, i), order, at, text, "f")
		if !counts {
			continue
		}
		values := map[string]*big.Rat{}
		if amount != nil {
			values = map[string]*big.Rat{"refunds": amount, "refunds_paid": amount}
		}
		w.slow.facts["refunds"] = append(w.slow.facts["refunds"], fact{day: day, currency: currency, dims: dims, values: values})
		w.slow.facts["refunds_paid"] = append(w.slow.facts["refunds_paid"], fact{day: paid, currency: currency, dims: dims, values: values})
	}
}

// question returns a random question.
func (w *world) question() analytics.Question {
	from := w.day()
	q := analytics.Question{From: from, To: min(from+adtally.Day(w.IntN(40)), w.first+adtally.Day(w.days)), Currency: pickOne(w.Rand, "", "EUR", "EUR", "USD", "SEK"),
		Grain: pickOne(w.Rand, "", "", analytics.ByDay, analytics.ByISOWeek, analytics.ByMonth, analytics.ByQuarter, analytics.ByFiscalMonth, analytics.ByFiscalQtr),
		Group: pickOne(w.Rand, "", "", "channel", "account", "campaign", "currency", "country"), Totals: w.IntN(3) == 0}
	names := []string{"spend", "impressions", "clicks", "platform_conversions", "platform_value", "new_customers", "orders", "active_customers", "revenue", "refunds", "refunds_paid",
		"cac", "ctr", "cpc", "cpm", "roas_platform", "net_revenue", "mer", "aov", "over_claim", "refund_rate", "orders_per_customer", "cost_per_claimed", "over_claim_value"}
	for _, i := range w.Perm(len(names))[:1+w.IntN(4)] {
		q.Metrics = append(q.Metrics, names[i])
	}
	if q.Group != "" && w.IntN(3) == 0 {
		q.Top = &analytics.Top{N: 1 + w.IntN(3), By: pickOne(w.Rand, q.Metrics...)}
	}
	if w.IntN(3) == 0 {
		q.Filters = w.filters()
	}
	if w.IntN(4) == 0 {
		q.Forced = w.filters()
	}
	return q
}

func (w *world) filters() map[string][]string {
	c := pickOne(w.Rand, w.campaigns...)
	return pickOne(w.Rand, map[string][]string{"channel": {c.channel}}, map[string][]string{"account": {c.account, "(unmatched)"}}, map[string][]string{"campaign": {c.id, "none such"}},
		map[string][]string{"currency": {c.currency}}, map[string][]string{"country": {"DE", "(none)"}}, map[string][]string{"channel": {"facebook", "google"}, "account": {c.account}}, map[string][]string{"account": {}})
}

// Compiled questions over random rows answer as a slow evaluator does, which computes every
// cell row by row. ADTALLY_LONG asks 100,000 of them.
func TestAsk_LikeSlowEvaluator(t *testing.T) {
	t.Parallel()
	worlds, questions := 6, 25
	if os.Getenv("ADTALLY_LONG") != "" {
		worlds, questions = 1000, 100
	}
	const parts = 2 // for as many processors
	for part := range parts {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			asked, figures := 0, 0
			for seed := part; seed < worlds; seed += parts {
				figures += asLikeSlow(t, uint64(seed), questions)
				if asked += questions; asked%5000 == 0 {
					t.Logf("%d questions, %d metrics answered", asked, figures)
				}
			}
			if figures < asked/2 {
				t.Errorf("%d questions, %d metrics answered: too many are refused to prove something", asked, figures)
			}
		})
	}
}

// asLikeSlow asks questions of one world both ways, and returns how many metrics were answered.
func asLikeSlow(t *testing.T, seed uint64, questions int) (figures int) {
	t.Helper()
	w := newWorld(seed)
	db, engine := scratch(t, w.folder), analytics.New(analytics.Standard(), w.folder.Settings)
	for range questions {
		q := w.question()
		got, err := engine.Reply(t.Context(), db, q)
		if err != nil {
			t.Fatalf("world %d, %+v: %v", seed, q, err)
		}
		if diff := cmp.Diff(plainJSON(t, w.slow.answer(q)), plainJSON(t, got)); diff != "" {
			text, _ := json.Marshal(q) //nolint:errcheck // for the message
			t.Fatalf("world %d, %s:\n%s", seed, text, diff)
		}
		if r, ok := plainJSON(t, got).(map[string]any); !ok || r["refused"] == nil {
			figures += len(q.Metrics)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return figures
}
