package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally"
	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// accountPageSize is the number of ad accounts requested per page.
const accountPageSize = 500

var accountFields = url.Values{"fields": {"account_id,name,currency,timezone_name,timezone_offset_hours_utc,account_status"}}

// accounts lists every ad account that the token can see, without duplicates. A list
// whose paging fails to advance is read a second time.
func (g *graph) accounts(ctx context.Context) (list []adtally.Account, at time.Time, err error) {
	if list, at, err = g.listAccounts(ctx); errors.Is(err, errStuck) {
		list, at, err = g.listAccounts(ctx)
	}
	return list, at, err
}

func (g *graph) listAccounts(ctx context.Context) (list []adtally.Account, at time.Time, err error) {
	row := func(r *jsonread.Reader) error {
		raw, err := r.Value()
		if err != nil || raw.Kind() != '{' {
			return err
		}
		if a, ok := g.decodeAccount(raw); ok && !slices.ContainsFunc(list, hasID(a.ID)) {
			list = append(list, a)
		}
		return nil
	}
	l := &listing{graph: g, path: "me/adaccounts", query: cloneValues(accountFields), limit: accountPageSize, row: row}
	err = l.pages(ctx, func(_ context.Context, asked time.Time) error {
		at = asked
		return nil
	})
	return list, at, err
}

func hasID(id string) func(adtally.Account) bool {
	return func(a adtally.Account) bool { return a.ID == id }
}

// accountNumber matches an account ID. Names that do not match are not requested.
var accountNumber = regexp.MustCompile(`^[0-9]+$`)

// addUnlisted appends the named accounts that the list lacks but Meta returns when
// they are requested by ID.
func (g *graph) addUnlisted(ctx context.Context, list []adtally.Account, named []string) ([]adtally.Account, error) {
	for _, name := range named {
		id := strings.TrimPrefix(name, "act_")
		if !accountNumber.MatchString(id) || slices.ContainsFunc(list, hasID(id)) {
			continue
		}
		a, shown, err := g.accountNode(ctx, id)
		if err != nil {
			return list, err
		}
		if shown {
			list = append(list, a)
		}
	}
	return list, nil
}

// accountNode requests one account. shown is false when Meta refuses with an error
// that only a person can fix: the token does not see the account.
func (g *graph) accountNode(ctx context.Context, id string) (account adtally.Account, shown bool, err error) {
	_, err = readAgain(ctx, func() (fetch.Answer, error) {
		return g.get(ctx, "act_"+id, objectsOf(id), cloneValues(accountFields))
	}, func(body []byte) error {
		if account, shown = g.decodeAccount(jsonread.Sanitized(body)); !shown || account.ID != id {
			return asBadAnswer(errNoPage)
		}
		return nil
	}, func() {})
	if err != nil && adtally.FaultOf(err).Act == adtally.Configure {
		return adtally.Account{}, false, nil
	}
	return account, shown, err
}

// decodeAccount decodes an ad account; ok is false if the object has no account ID.
func (g *graph) decodeAccount(raw []byte) (adtally.Account, bool) {
	var a struct {
		ID       looseText `json:"account_id"`
		Node     looseText `json:"id"`
		Name     looseText
		Currency looseText
		Zone     looseText `json:"timezone_name"`
		Offset   looseText `json:"timezone_offset_hours_utc"`
		Status   looseText `json:"account_status"`
	}
	if json.Unmarshal(raw, &a) != nil {
		return adtally.Account{}, false
	}
	id := string(a.ID)
	if id == "" {
		id = strings.TrimPrefix(string(a.Node), "act_")
	}
	if id == "" {
		return adtally.Account{}, false
	}
	return adtally.Account{ID: id, Name: string(a.Name), Currency: string(a.Currency), Zone: g.zoneOf(id, string(a.Zone), string(a.Offset)),
		Status: accountStatus(string(a.Status))}, true
}

// zoneOf returns the time zone in which an account counts its days. If Meta names no
// zone, or one that this machine does not know, it returns a fixed zone with the
// account's current offset: without a name, the dates of clock changes are unknown.
func (g *graph) zoneOf(id, name, offset string) string {
	if _, err := time.LoadLocation(name); name != "" && err == nil {
		return name
	}
	hours, err := strconv.ParseFloat(offset, 64)
	if err != nil || !(math.Abs(hours) <= maxOffsetHours) { // NaN is not an offset either
		return name
	}
	zone := adtally.FixedZone(int(math.Round(hours * 60)))
	g.notify(fmt.Sprintf("Meta names no known time zone for act_%s; its days are counted by its current offset, %s.", id, zone))
	return zone
}

// maxOffsetHours is the largest offset from UTC in use (Pacific/Kiritimati).
const maxOffsetHours = 14
