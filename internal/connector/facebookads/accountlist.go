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

// accountNumber matches the ID of an account or another object. Names that do not match are not requested.
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

// decodeAccount decodes an ad account; ok is false if the object has no account ID. An
// ID that is not a number is none: it would become a part of a path.
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
	id := accountID(string(a.ID))
	if id == "" {
		id = accountID(string(a.Node))
	}
	if !accountNumber.MatchString(id) {
		return adtally.Account{}, false
	}
	return adtally.Account{ID: id, Name: string(a.Name), Currency: strings.ToUpper(strings.TrimSpace(string(a.Currency))),
		Zone: g.zoneOf(id, strings.TrimSpace(string(a.Zone)), string(a.Offset)), Status: accountStatus(string(a.Status))}, true
}

func accountID(text string) string {
	return strings.TrimPrefix(string(bareID([]byte(text))), "act_")
}

// zoneOf returns the time zone in which an account counts its days. If Meta names no
// zone, or one that this machine does not know, it returns a fixed zone with the
// account's current offset: without a name, the dates of clock changes are unknown.
func (g *graph) zoneOf(id, name, offset string) string {
	// "Local" is Go's name for this machine's zone.
	if _, err := time.LoadLocation(name); name != "" && name != "Local" && err == nil {
		return name
	}
	minutes, ok := offsetMinutes(offset)
	if !ok {
		return name
	}
	zone := adtally.FixedZone(minutes)
	g.notify(fmt.Sprintf("Meta names no known time zone for act_%s; its days are counted by its current offset, %s.", id, zone))
	return zone
}

// offsetMinutes parses an offset from UTC in hours, 5.5 or +05:30.
func offsetMinutes(offset string) (minutes int, ok bool) {
	offset = strings.TrimSpace(offset)
	hours, err := strconv.ParseFloat(offset, 64)
	if whole, rest, hasColon := strings.Cut(offset, ":"); hasColon {
		var part float64
		hours, err = strconv.ParseFloat(whole, 64)
		if part, ok = sixtieths(rest); !ok {
			return 0, false
		}
		hours += math.Copysign(part, hours) // -0 has a sign too
	}
	if err != nil || !(math.Abs(hours) <= maxOffsetHours) { // NaN is not an offset either
		return 0, false
	}
	return int(math.Round(hours * 60)), true
}

// sixtieths returns minutes as a part of an hour.
func sixtieths(text string) (float64, bool) {
	n, err := strconv.ParseUint(text, 10, 8)
	return float64(n) / 60, err == nil && n < 60
}

// maxOffsetHours is the largest offset from UTC in use (Pacific/Kiritimati).
const maxOffsetHours = 14
