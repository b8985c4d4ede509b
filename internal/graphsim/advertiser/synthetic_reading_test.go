package advertiser_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"adtally/internal/graphsim/advertiser"
)

// start is the simulator's start time in most tests: an afternoon, shortly before summer time
// ends in Europe.
var start = time.Date(2025, 10, 15, 14, 30, 0, 0, time.UTC)

var levels = []advertiser.Level{
	advertiser.LevelAd, advertiser.LevelAdSet, advertiser.LevelCampaign, advertiser.LevelAccount,
}

var kinds = []advertiser.Kind{
	advertiser.Campaign, advertiser.AdSet, advertiser.Ad, advertiser.Creative, advertiser.CustomConversion,
}

// everything returns a query for all days with all actions.
func everything(level advertiser.Level, breakdowns ...string) advertiser.Query {
	return advertiser.Query{Level: level, To: 1_000_000, Breakdowns: breakdowns, WantActions: true}
}

// rowsOf returns copies of the rows, because each row is valid only until the next one.
func rowsOf(a advertiser.Account, q advertiser.Query, now time.Time) []advertiser.Row {
	var rows []advertiser.Row
	for r := range a.Rows(q, now) {
		row := *r
		row.Actions, row.ActionValues = copied(r.Actions), copied(r.ActionValues)
		rows = append(rows, row)
	}
	return rows
}

func copied(actions []advertiser.Action) []advertiser.Action {
	out := slices.Clone(actions)
	for i := range out {
		out[i].Windows = slices.Clone(out[i].Windows)
	}
	return out
}

// counts holds a row's additive figures by name, such as "clicks" or "purchase 7d_click".
type counts map[string]int64

func countsOf(t require, r *advertiser.Row) counts {
	c := counts{
		"impressions": r.Values[advertiser.Impressions], "clicks": r.Values[advertiser.Clicks],
		"spend": r.Values[advertiser.Spend], "link clicks": r.Values[advertiser.InlineLinkClicks],
		"post engagement": r.Values[advertiser.InlinePostEngagement],
		"full view":       r.Values[advertiser.FullViewImpressions],
	}
	c.take(t, "", r.Actions)
	c.take(t, "value of ", r.ActionValues)
	return c
}

func (c counts) take(t require, prefix string, actions []advertiser.Action) {
	for _, a := range actions {
		name := prefix + a.Type
		if _, twice := c[name]; twice {
			t.Fatalf("%s is listed twice", name)
		}
		c[name] = hundredths(t, a.Value)
		for _, w := range a.Windows {
			c[name+" "+w.Window] = hundredths(t, w.Value)
		}
	}
}

// add adds d to c. It deletes zero counts, because Graph leaves out actions that are zero.
func (c counts) add(d counts) {
	for name, n := range d {
		if c[name] += n; c[name] == 0 {
			delete(c, name)
		}
	}
}

type require interface {
	Helper()
	Fatalf(format string, args ...any)
}

// same fails the test if want and got differ. It calls cmp.Diff only then, because cmp is far
// slower than reflect.
func same(t require, what string, want, got any) {
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%s:\n%s", what, cmp.Diff(want, got))
	}
}

// hundredths parses a number with at most two decimals and returns it times 100.
func hundredths(t require, s string) int64 {
	t.Helper()
	whole, decimals, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(decimals + "00")[:2], 10, 64)
	if err != nil || len(decimals) > 2 {
		t.Fatalf("%q is not a number with at most two decimals", s)
	}
	return n
}

// anyAccounts draws accounts of a random size, and a time from days before the simulator's
// start to weeks after it.
func anyAccounts(t *rapid.T) ([]advertiser.Account, time.Time) {
	size := advertiser.Size{
		Seed:     rapid.Uint64().Draw(t, "seed"),
		Accounts: rapid.IntRange(1, 12).Draw(t, "accounts"),
		Ads:      rapid.IntRange(1, 40).Draw(t, "ads"),
		Days:     rapid.IntRange(1, 40).Draw(t, "days"),
		Steady:   rapid.Bool().Draw(t, "steady"),
	}
	offset := rapid.IntRange(-5*86400, 40*86400).Draw(t, "seconds from the start")
	return advertiser.NewSynthetic(size, start), start.Add(time.Duration(offset) * time.Second)
}

func oneOf(t *rapid.T, accounts []advertiser.Account) advertiser.Account {
	return accounts[rapid.IntRange(0, len(accounts)-1).Draw(t, "account")]
}

func dayOf(t time.Time, zone *time.Location) advertiser.Date {
	y, m, d := t.In(zone).Date()
	return advertiser.Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func text(t testing.TB, o advertiser.Object, field string) string {
	t.Helper()
	s, ok := o.Fields[field].(string)
	if !ok {
		t.Fatalf("%s: %s is %v", o.ID, field, o.Fields[field])
	}
	return s
}

func keyOf(r *advertiser.Row, level advertiser.Level) string {
	switch level {
	case advertiser.LevelAccount:
		return fmt.Sprint(r.Day)
	case advertiser.LevelCampaign:
		return fmt.Sprint(r.Day, r.CampaignID)
	case advertiser.LevelAdSet:
		return fmt.Sprint(r.Day, r.AdSetID)
	}
	return fmt.Sprint(r.Day, r.AdID)
}
