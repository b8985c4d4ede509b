package facebookads

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/table"
)

// logDays is how many days of the log one question spans. An account's log is
// small beside its figures.
const logDays = 92

// activities declares the log of what was done to the account: a stream by days
// that is not made of figures. What has happened does not change, so a day is
// settled once it is over.
func activities() *stream {
	inside := document("extra_data", "What was changed, from what, to what.")
	inside.how = asInside
	fields := []field{
		id(table.AccountColumn, "The ad account.").mine(),
		filled(col(table.DayColumn, table.Date, table.Days, table.None, "The day on which it happened, in the account's time zone.")),
		filled(id("id", "Ours, made of what the entry says: Meta gives none.")),
		moment("event_time", "When it happened."), words("date_time_in_timezone", "The same, as Ads Manager writes it."),
		words("event_type", "What was done, such as update_campaign_budget."), words("translated_event_type", "The same, in words."),
		id("object_id", "What it was done to."), words("object_name", "Its name."), words("object_type", "What it is, such as CAMPAIGN."),
		id("actor_id", "Who did it; 0 = Meta."), words("actor_name", "Their name."),
		id("application_id", "The app that was used."), words("application_name", "Its name."), inside, rawField,
	}
	return &stream{name: "activities", edge: "activities", daily: true, days: logDays, limit: entityRows, fields: fields, optional: true,
		served: retentionMonths, settles: 1, logs: true,
		table: &table.Schema{Name: "activities", Mode: table.Replace, Key: []string{table.AccountColumn, table.DayColumn, "id"}, Columns: columns(fields),
			Description: "What was done to the account and its objects, one row per entry of its log."}}
}

func filled(f field) field {
	f.how = asFilled
	return f.mine()
}

// stable are the members of an entry that say what happened. Names are left out:
// they are those of the moment when Meta was asked.
var stable = []string{"event_time", "event_type", "actor_id", "object_id", "object_type", "extra_data"}

// entry reads one entry of the log: when it happened and what it is called are
// found first, since an entry of another day belongs to another slice.
func (d *decoder) entry(dec *jsontext.Decoder) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	value = bytes.Clone(value)
	day, name, err := d.identify(value)
	if errors.Is(err, errNoTime) {
		d.reset()
		return d.stray(value, "The entry of the log has no event_time that can be read.")
	}
	if err != nil {
		return err
	}
	if !d.window.IsZero() && !d.window.Contains(day) {
		return nil
	}
	d.filled = map[string]string{table.DayColumn: day.String(), "id": name}
	return d.object(jsonOf(value))
}

// errNoTime says that an entry does not say when it happened.
var errNoTime = errors.New("an entry of the log has no time that can be read")

// identify gives an entry's day and its id, which tells equal entries of a page
// apart by counting them. An entry that a later page shows again is the same one:
// new entries move the others on while the log is read.
func (d *decoder) identify(value []byte) (day adtally.Day, name string, err error) {
	said := map[string][]byte{}
	dec := jsonOf(value)
	err = members(dec, func(member string) error {
		v, err := dec.ReadValue()
		if slices.Contains(stable, member) && v.Kind() != 'n' {
			said[member] = bytes.Clone(v)
		}
		return err
	})
	if err != nil {
		return 0, "", err
	}
	day, err = d.dayOf(said["event_time"])
	if err != nil {
		return 0, "", err
	}
	hash := sha256.New()
	for _, member := range stable {
		_, _ = fmt.Fprintf(hash, "%d %s", len(said[member]), said[member]) // a hash takes everything
	}
	name = hex.EncodeToString(hash.Sum(nil)[:16])
	if d.entries == nil {
		d.entries = map[string]int{}
	}
	d.entries[name]++
	if n := d.entries[name]; n > 1 {
		name += "-" + strconv.Itoa(n)
	}
	return day, name, nil
}

func (d *decoder) dayOf(moment []byte) (adtally.Day, error) {
	zone, err := d.account.Location()
	if err != nil {
		return 0, err
	}
	for _, layout := range []string{`"2006-01-02T15:04:05-0700"`, `"` + time.RFC3339Nano + `"`} {
		if at, err := time.Parse(layout, string(moment)); err == nil {
			return adtally.DayOf(at, zone), nil
		}
	}
	return 0, errNoTime
}

// between adds to a question of the log which days it is about. Whether Meta
// counts the ends in is not documented: a second more is asked for on both, and
// entries of other days are passed over.
func (rd *reading) between(v url.Values) error {
	zone, err := rd.account.Location()
	if err != nil {
		return err
	}
	v.Set("since", strconv.FormatInt(rd.slice.Window.From.Start(zone).Unix()-1, 10))
	v.Set("until", strconv.FormatInt(rd.slice.Window.To.Start(zone).Unix(), 10))
	return nil
}
