package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"time"

	"adtally"
	"adtally/internal/jsonread"
)

// Sizes of the pages of visible accounts. The first page is small, so that it comes at
// once; the pages with figures are small because Meta computes them while it answers.
const (
	firstVisiblePage = 50
	detailPage       = 50
)

// spendField is the part of a request that adds what an account spent in the last 30 days,
// without today.
const spendField = "insights.date_preset(last_30d){spend}"

// errEnough means that the caller wants no more accounts.
var errEnough = errors.New("the caller wants no more")

// VisibleAccounts lists the ad accounts that a token sees: first with their names, then
// again with their business portfolio and what they spent. If Meta does not give the
// latter, they stay unknown: people can choose without them.
func (c *Connector) VisibleAccounts(ctx context.Context, secret adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error] {
	return func(yield func(adtally.VisibleAccounts, error) bool) {
		v := &visibleList{yield: yield, known: map[string]adtally.Account{}}
		err := checkForm(secret)
		if err == nil {
			secret, err = c.withApp(ctx, secret)
		}
		if err == nil {
			v.graph = c.graph(secret)
			err = v.names(ctx)
		}
		if err == nil {
			err = v.details(ctx)
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(adtally.VisibleAccounts{}, publicFault(err))
		}
	}
}

// withApp adds the app that a token was made for, if that is the installation's app:
// Meta may require its proof.
func (c *Connector) withApp(ctx context.Context, secret adtally.Secret) (adtally.Secret, error) {
	if c.config.App.IsZero() || secret.App() != "" {
		return secret, nil
	}
	var grant adtally.Grant
	err := c.debugToken(ctx, secret, &grant)
	return secret.For(grant.AppID), err
}

// visibleList is a list of visible accounts that is being read.
type visibleList struct {
	graph    *graph
	yield    func(adtally.VisibleAccounts, error) bool
	known    map[string]adtally.Account
	expected int
	page     []adtally.VisibleAccount // of the current answer
}

// send passes on the accounts of a page.
func (v *visibleList) send() error {
	page := v.page
	v.page = nil
	if len(page) > 0 && !v.yield(adtally.VisibleAccounts{Expected: v.expected, Accounts: page}, nil) {
		return errEnough
	}
	return nil
}

// names reads the accounts with their names. A list whose paging fails to advance is read
// a second time.
func (v *visibleList) names(ctx context.Context) error {
	err := v.readNames(ctx)
	if errors.Is(err, errStuck) {
		err = v.readNames(ctx)
	}
	return err
}

func (v *visibleList) readNames(ctx context.Context) error {
	query := cloneValues(accountFields)
	query.Set("summary", "total_count")
	l := &listing{graph: v.graph, path: "me/adaccounts", query: query, limit: firstVisiblePage, total: func(n int) { v.expected = n }, undo: func() { v.page = nil }}
	l.row = func(r *jsonread.Reader) error {
		raw, err := r.Value()
		if err != nil || raw.Kind() != '{' {
			return err
		}
		if a, ok := v.graph.decodeAccount(raw); ok {
			v.page = append(v.page, adtally.VisibleAccount{Account: a})
		}
		return nil
	}
	return l.pages(ctx, func(context.Context, time.Time) error {
		v.page = slices.DeleteFunc(v.page, func(a adtally.VisibleAccount) bool {
			_, twice := v.known[a.ID]
			v.known[a.ID] = a.Account
			return twice
		})
		l.limit = accountPageSize
		return v.send()
	})
}

// details reads the portfolios and figures of the accounts.
func (v *visibleList) details(ctx context.Context) error {
	if len(v.known) == 0 {
		return nil
	}
	mine, err := v.businesses(ctx)
	if err == nil {
		err = v.readDetails(ctx, append([]string{}, mine...))
	}
	if needsMore(err) { // the portfolio is not for this token
		err = v.readDetails(ctx, nil)
	}
	if err == nil || errors.Is(err, errEnough) || ctx.Err() != nil || adtally.FaultOf(err).Act == adtally.Reconnect {
		return err
	}
	v.graph.notify("Meta did not return what the ad accounts spent: " + adtally.FaultOf(err).Message + ".")
	return nil
}

// needsMore reports whether a request failed because the token lacks the permission
// business_management.
func needsMore(err error) bool {
	c := classOf(err)
	return c == classField || c == classPermission
}

// businesses returns the IDs of the portfolios to which the token's owner belongs.
func (v *visibleList) businesses(ctx context.Context) (ids []string, err error) {
	l := &listing{graph: v.graph, path: "me/businesses", query: url.Values{"fields": {"id"}}, limit: accountPageSize}
	l.row = func(r *jsonread.Reader) error {
		raw, err := r.Value()
		if err != nil {
			return err
		}
		var b struct{ ID looseText }
		if json.Unmarshal(raw, &b) == nil && b.ID != "" {
			ids = append(ids, string(b.ID))
		}
		return nil
	}
	err = l.pages(ctx, ignorePage)
	return ids, err
}

// readDetails reads the figures of all accounts, and their portfolios unless mine is nil.
func (v *visibleList) readDetails(ctx context.Context, mine []string) error {
	fields := []string{"account_id", spendField}
	if mine != nil {
		fields = append(fields, "business")
	}
	l := &listing{graph: v.graph, path: "me/adaccounts", query: url.Values{"fields": {joined(fields)}}, limit: detailPage, undo: func() { v.page = nil }}
	l.row = func(r *jsonread.Reader) error {
		raw, err := r.Value()
		if err != nil || raw.Kind() != '{' {
			return err
		}
		if a, ok := v.detailed(raw, mine); ok {
			v.page = append(v.page, a)
		}
		return nil
	}
	return l.pages(ctx, func(context.Context, time.Time) error { return v.send() })
}

// detailed decodes the details of an account that is known by name.
func (v *visibleList) detailed(raw []byte, mine []string) (a adtally.VisibleAccount, ok bool) {
	var d struct {
		ID       looseText `json:"account_id"`
		Node     looseText `json:"id"`
		Business json.RawMessage
		Insights json.RawMessage
	}
	if json.Unmarshal(raw, &d) != nil {
		return a, false
	}
	id := accountID(string(d.ID))
	if id == "" {
		id = accountID(string(d.Node))
	}
	if a.Account, ok = v.known[id]; !ok {
		return a, false
	}
	a.Spend, a.Owned = spendOf(d.Insights), adtally.UnknownOwnership
	var b struct{ ID, Name looseText }
	if mine == nil || json.Unmarshal(d.Business, &b) != nil || b.ID == "" {
		return a, true
	}
	a.PortfolioID, a.Portfolio, a.Owned = string(b.ID), string(b.Name), adtally.ClientAccount
	if slices.Contains(mine, a.PortfolioID) {
		a.Owned = adtally.OwnedAccount
	}
	return a, true
}

var decimalText = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// spendOf returns the spend of nested figures; "" if it cannot be read. Meta leaves out
// the figures of an account without delivery (docs/meta-api.md#objects).
func spendOf(raw json.RawMessage) string {
	if raw == nil {
		return "0"
	}
	var list struct {
		Data []struct{ Spend looseText }
	}
	if json.Unmarshal(raw, &list) != nil || len(list.Data) != 1 || !decimalText.MatchString(string(list.Data[0].Spend)) {
		return ""
	}
	return string(list.Data[0].Spend)
}
