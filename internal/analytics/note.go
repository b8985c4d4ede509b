package analytics

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// notes adds what a reader of the figures must know: time zones that differ, claims that
// overlap, days that were not read, conversions that still come in.
func (a *asking) notes(ctx context.Context, p *plan) error {
	if !slices.ContainsFunc(p.facts, func(f *fact) bool { return p.defs.Models[f.model].CoverageByAccount }) {
		return nil
	}
	accounts, err := a.scope(ctx, p)
	if err != nil {
		return err
	}
	claimed := slices.ContainsFunc(p.q.Metrics, func(m string) bool { return p.defs.claimed(p.defs.Metrics[m]) })
	a.noteZones(p, accounts)
	a.noteCoverage(p, accounts)
	if !claimed {
		return nil
	}
	if channels := channelsOf(accounts); len(channels) > 1 && !slices.Contains(p.q.By, "channel") {
		a.remark("claimed_overlap", "Channels claim the same purchases. Added up, their claims are more than there were. Compare them with actual orders.")
	}
	return a.noteChannels(ctx, p, accounts)
}

func (a *asking) remark(code, message string, days ...adtally.Day) {
	a.out.Notes = append(a.out.Notes, Note{Code: code, Message: message, Days: days})
}

// accountScope is an account in the query's scope, and what was read of it.
type accountScope struct {
	id, name, channel, zone string
	from, through           adtally.Day // within the lock; zero = nothing was read
	last                    adtally.Day // the last day that was read
}

func (a *asking) scope(ctx context.Context, p *plan) (all []accountScope, err error) {
	w := &writer{plan: p}
	from := "FROM adtally.accounts a"
	where := append([]string{"TRUE"}, w.accounts()...)
	first, last, within := w.coveredWithin()
	from += "\nLEFT JOIN adtally.coverage v ON v.account_id = a.account_id AND v.dataset = " + w.arg("marketing_spend") + " AND " + first + " <= CAST(" + w.arg(p.q.To.String()) + " AS DATE)" + within
	rows, err := a.run(ctx, Statement{SQL: "SELECT a.account_id, MIN(a.account_name), MIN(a.channel), MIN(a.time_zone), CAST(MIN(" + first + ") AS VARCHAR), CAST(MAX(" + last + ") AS VARCHAR), CAST(MAX(v.through_date) AS VARCHAR)\n" +
		from + "\nWHERE " + strings.Join(where, " AND ") + groupBy(1) + " ORDER BY 1", Values: w.args})
	if err != nil {
		return nil, err
	}
	a.out.SQL = a.out.SQL[:len(a.out.SQL)-1] // about the figures, not for them
	for _, r := range rows {
		s := accountScope{id: r[0].value, name: r[1].value, channel: r[2].value, zone: r[3].value}
		if s.name == "" {
			s.name = s.id
		}
		if r[4].valid && r[5].valid {
			if s.from, err = adtally.ParseDay(r[4].value); err != nil {
				return nil, err
			}
			if s.through, err = adtally.ParseDay(r[5].value); err != nil {
				return nil, err
			}
			if s.last, err = adtally.ParseDay(r[6].value); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

func channelsOf(all []accountScope) (out []string) {
	for _, s := range all {
		if !slices.Contains(out, s.channel) {
			out = append(out, s.channel)
		}
	}
	return out
}

func (a *asking) noteZones(p *plan, all []accountScope) {
	var zones []string
	for _, s := range all {
		if s.zone != "" && !slices.Contains(zones, s.zone) {
			zones = append(zones, s.zone)
		}
	}
	if len(zones) > 1 || len(zones) == 1 && zones[0] != p.zone() {
		slices.Sort(zones)
		a.remark("zones_differ", fmt.Sprintf("Days of spend end in the accounts' own time zones (%s), days of customers and orders in %s.", strings.Join(zones, ", "), p.zone()))
	}
}

// maxNamed is how many accounts a note names.
const maxNamed = 3

// noteCoverage names the accounts that lack days of the range.
func (a *asking) noteCoverage(p *plan, all []accountScope) {
	var names []string
	var missing []UnreadDays
	for _, s := range all {
		switch {
		case s.through == 0:
			names = append(names, s.name+" (nothing in this period)")
		case s.through < p.q.To:
			names = append(names, fmt.Sprintf("%s (until %s)", s.name, s.through))
		case s.from > p.q.From:
			names = append(names, fmt.Sprintf("%s (from %s)", s.name, s.from))
		}
		missing = append(missing, s.unread(p.q)...)
	}
	if len(names) == 0 {
		return
	}
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	a.remark("partly_read", fmt.Sprintf("Not all days were read of %d of %d accounts: %s.", len(names), len(all), text))
	a.out.Notes[len(a.out.Notes)-1].Missing = missing
}

// unread returns the days of a question that were not read of the account.
func (s accountScope) unread(q Query) (all []UnreadDays) {
	if s.through == 0 {
		return []UnreadDays{{s.id, q.From, q.To}}
	}
	if s.from > q.From {
		all = append(all, UnreadDays{s.id, q.From, min(s.from-1, q.To)})
	}
	if s.through < q.To {
		all = append(all, UnreadDays{s.id, max(s.through+1, q.From), q.To})
	}
	return all
}

// noteChannels adds what the connectors say of their channels: days whose conversions still
// come in, and days from which conversions are counted otherwise.
func (a *asking) noteChannels(ctx context.Context, p *plan, accounts []accountScope) error {
	rows, err := a.run(ctx, Statement{SQL: "SELECT channel, code, CAST(day AS VARCHAR), CAST(days AS VARCHAR), message FROM adtally.channel_notes ORDER BY 1, 2, 3"})
	if err != nil {
		return err
	}
	a.out.SQL = a.out.SQL[:len(a.out.SQL)-1]
	for _, r := range rows {
		var last adtally.Day
		for _, s := range accounts {
			if s.channel == r[0].value {
				last = max(last, s.last)
			}
		}
		if last == 0 {
			continue
		}
		days := p.q.withinLock(noteDays(p.q, last, r[2], r[3]))
		if len(days) > 0 {
			a.remark(r[1].value, r[4].value, days...)
		}
	}
	return nil
}

// noteDays returns the days of the range that a channel's note is about: one day from which
// something changes, or the last days that were read.
func noteDays(q Query, last adtally.Day, day, recent nullText) (days []adtally.Day) {
	if day.valid {
		if d, err := adtally.ParseDay(day.value); err == nil && d > q.From && d <= q.To {
			return []adtally.Day{d}
		}
		return nil
	}
	n := parseNumber(recent.value, recent.valid)
	if n == nil {
		return nil
	}
	for d := max(q.From, last-adtally.Day(n.Num().Int64())+1); d <= min(q.To, last); d++ {
		days = append(days, d)
	}
	return days
}
