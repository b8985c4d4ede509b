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

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/fetch"
)

// accountRows is the page size when listing ad accounts.
const accountRows = 500

var accountFields = url.Values{"fields": {"account_id,name,currency,timezone_name,timezone_offset_hours_utc,account_status"}}

// accounts lists every ad account that the token sees, each once. A list that
// leads nowhere is read once more.
func (g *graph) accounts(ctx context.Context) (list []adtally.Account, at time.Time, err error) {
	if list, at, err = g.listAccounts(ctx); errors.Is(err, errStuck) {
		list, at, err = g.listAccounts(ctx)
	}
	return list, at, err
}

func (g *graph) listAccounts(ctx context.Context) (list []adtally.Account, at time.Time, err error) {
	row := func(dec *jsontext.Decoder) error {
		raw, err := dec.ReadValue()
		if err != nil || raw.Kind() != '{' {
			return err
		}
		if a, ok := g.accountIn(raw); ok && !slices.ContainsFunc(list, same(a.ID)) {
			list = append(list, a)
		}
		return nil
	}
	l := &listing{graph: g, path: "me/adaccounts", query: cloneValues(accountFields), limit: accountRows, row: row}
	err = l.pages(ctx, func(_ context.Context, asked time.Time) error {
		at = asked
		return nil
	})
	return list, at, err
}

func same(id string) func(adtally.Account) bool {
	return func(a adtally.Account) bool { return a.ID == id }
}

// accountNumber is what an account's id looks like; what does not is not asked for.
var accountNumber = regexp.MustCompile(`^[0-9]+$`)

// unlisted adds those of the named accounts that are not listed, and that Meta
// shows when it is asked for them.
func (g *graph) unlisted(ctx context.Context, list []adtally.Account, named []string) ([]adtally.Account, error) {
	for _, name := range named {
		id := strings.TrimPrefix(name, "act_")
		if !accountNumber.MatchString(id) || slices.ContainsFunc(list, same(id)) {
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

// accountNode asks for one account; a refusal that a person must lift says that
// the token does not see it.
func (g *graph) accountNode(ctx context.Context, id string) (account adtally.Account, shown bool, err error) {
	_, err = insist(ctx, func() (fetch.Answer, error) {
		return g.get(ctx, "act_"+id, objectsOf(id), cloneValues(accountFields))
	}, func(body []byte) error {
		if account, shown = g.accountIn(mended(body)); !shown || account.ID != id {
			return asBadAnswer(errNoPage)
		}
		return nil
	}, func() {})
	if err != nil && adtally.FaultOf(err).Act == adtally.Configure {
		return adtally.Account{}, false, nil
	}
	return account, shown, err
}

// accountIn reads an ad account; false = the object is none.
func (g *graph) accountIn(raw []byte) (adtally.Account, bool) {
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

// zoneOf is the zone in which an account counts its days: the one that Meta names.
// Where it names none, or one that is not known here, its offset serves, as it is
// now: without a name nobody knows when it changes.
func (g *graph) zoneOf(id, name, offset string) string {
	if _, err := time.LoadLocation(name); name != "" && err == nil {
		return name
	}
	hours, err := strconv.ParseFloat(offset, 64)
	if err != nil || !(math.Abs(hours) <= mostHours) { // NaN is no offset either
		return name
	}
	zone := adtally.FixedZone(int(math.Round(hours * 60)))
	g.tell(fmt.Sprintf("Meta does not name the time zone of act_%s, or names one that is not known here; its days are counted by its offset, %s.", id, zone))
	return zone
}

// mostHours is the greatest distance from UTC that there is (Pacific/Kiritimati).
const mostHours = 14
