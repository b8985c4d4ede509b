package facebookads

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"adtally"
	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// logDays is the number of days per request. An account's activity log is small
// compared with its insights.
const logDays = 92

// activities declares the account's activity log: a daily stream without figures. Past
// events do not change, so a day is final once it is over.
func activities() *stream {
	inside := document("extra_data", "What was changed, with the old and the new value.")
	inside.how = asInside
	fields := []field{
		id(table.AccountColumn, "The ad account.").mine(),
		filled(col(table.DayColumn, table.Date, table.Days, table.None, "The day on which it happened, in the account's time zone.")),
		filled(id("id", "Made by Adtally from the entry's contents, because Meta provides no ID.")),
		timestamp("event_time", "When it happened."), words("date_time_in_timezone", "The same time in the format of Ads Manager."),
		words("event_type", "What was done, such as update_campaign_budget."), words("translated_event_type", "The same, in words."),
		id("object_id", "What it was done to."), words("object_name", "Its name."), words("object_type", "What it is, such as CAMPAIGN."),
		id("actor_id", "Who did it; 0 = Meta."), words("actor_name", "Their name."),
		id("application_id", "The app that was used."), words("application_name", "Its name."), inside, rawField,
	}
	return &stream{name: "activities", edge: "activities", daily: true, days: logDays, limit: objectPageSize, fields: fields, optional: true,
		served: retentionMonths, settles: 1, logs: true,
		table: &table.Schema{Name: "activities", Mode: table.Replace, Key: []string{table.AccountColumn, table.DayColumn, "id"}, Columns: columns(fields),
			Description: "What was done to the account and its objects, one row per entry of its log."}}
}

func filled(f field) field {
	f.how = asFilled
	return f.mine()
}

// stable lists the members of a log entry that identify an event. Names are left out
// because Meta returns the current ones.
var stable = []string{"event_time", "event_type", "actor_id", "object_id", "object_type", "extra_data"}

// entry decodes one log entry. It finds the time and the ID first, since an entry of
// another day belongs to another slice.
func (d *decoder) entry(r *jsonread.Reader) error {
	value, err := r.Value()
	if err != nil {
		return err
	}
	day, name, err := d.identify(value)
	if errors.Is(err, errNoTime) {
		d.reset()
		return d.quarantine(value, "The entry has no valid event_time.")
	}
	if err != nil {
		return err
	}
	if !d.window.IsZero() && !d.window.Contains(day) {
		return nil
	}
	d.filled = map[string]string{table.DayColumn: day.String(), "id": name}
	return d.object(jsonread.New(value))
}

// errNoTime means that a log entry has no usable event_time.
var errNoTime = errors.New("the log entry has no valid event_time")

// identify returns an entry's day and ID. Equal entries on one page are numbered. An
// entry that a later page repeats gets the same ID: new entries shift the others while
// the log is read.
func (d *decoder) identify(value []byte) (day adtally.Day, name string, err error) {
	said := map[string][]byte{}
	r := jsonread.New(value)
	err = members(r, func(member string) error {
		v, err := r.Value()
		if slices.Contains(stable, member) && v.Kind() != 'n' {
			said[member] = v
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
		_, _ = fmt.Fprintf(hash, "%d %s", len(said[member]), said[member]) // a hash never returns an error
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

// setLogRange adds since and until to a request for the log. Meta does not document
// whether the bounds are inclusive, so the range is one second longer at both ends and
// entries of other days are skipped.
func (rd *reading) setLogRange(v url.Values) error {
	zone, err := rd.account.Location()
	if err != nil {
		return err
	}
	v.Set("since", strconv.FormatInt(rd.slice.Window.From.Start(zone).Unix()-1, 10))
	v.Set("until", strconv.FormatInt(rd.slice.Window.To.Start(zone).Unix(), 10))
	return nil
}
