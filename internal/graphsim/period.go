package graphsim

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// reachBack is how many months of totals Meta keeps.
const reachBack = 37

func dateOf(t time.Time) advertiser.Date {
	y, m, d := t.Date()
	return advertiser.Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func timeOf(d advertiser.Date) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func printed(d advertiser.Date) string { return timeOf(d).Format(time.DateOnly) }

// readDays parses the days: time_ranges has priority over time_range, which has priority
// over date_preset.
func (r *report) readDays(params url.Values) *refusal {
	today := r.today()
	oldest := dateOf(today.AddDate(0, -reachBack, 0))
	if text := params.Get("time_ranges"); text != "" {
		v, err := parseLoose(text)
		list, isList := v.([]any)
		if err != nil || !isList || len(list) == 0 {
			return badRequest("param time_ranges must be an array.")
		}
		r.increment = allDays
		return r.addRanges("time_ranges", list, oldest)
	}
	if text := params.Get("time_range"); text != "" {
		v, err := parseLoose(text)
		if err != nil {
			return badRequest("param time_range must be a JSON object. %v", err)
		}
		return r.addRanges("time_range", []any{v}, oldest)
	}
	name := params.Get("date_preset")
	if name == "" {
		name = "last_30d"
	}
	days, isPreset := preset(name, today)
	if !isPreset { // [recorded: err_100_invalid_date_preset]
		return badRequest("%s is not a valid date_preset. please check https://developers.facebook.com/docs/marketing-api/insights/parameters for all valid values", name)
	}
	r.ranges = append(r.ranges, days)
	return nil
}

// today returns the account's current day.
func (r *report) today() time.Time { return timeOf(dateOf(r.moment.In(r.account.Location()))) }

func (r *report) addRanges(param string, list []any, oldest advertiser.Date) *refusal {
	for _, v := range list {
		o, _ := v.(map[string]any)
		since, errSince := dayIn(o, "since")
		until, errUntil := dayIn(o, "until")
		if errSince != nil || errUntil != nil || since > until {
			return badRequest("param %s must be {'since':'YYYY-MM-DD','until':'YYYY-MM-DD'} with since before or on until", param)
		}
		if since < oldest { // [recorded: err_3018_beyond_37_months]
			return &refusal{Code: 3018, Message: "(#3018) The start date of the time range cannot be beyond 37 months from the current date"}
		}
		r.ranges = append(r.ranges, days{since, until})
	}
	return nil
}

func dayIn(o map[string]any, name string) (advertiser.Date, error) {
	text, _ := o[name].(string)
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return dateOf(t), nil
}

// preset returns the days of a date_preset.
func preset(name string, today time.Time) (days, bool) {
	span := func(from, to time.Time) (days, bool) { return days{dateOf(from), dateOf(to)}, true }
	var n int
	if _, err := fmt.Sscanf(name, "last_%dd", &n); err == nil && name == fmt.Sprintf("last_%dd", n) && slices.Contains([]int{3, 7, 14, 28, 30, 90}, n) {
		return span(today.AddDate(0, 0, -n), today.AddDate(0, 0, -1))
	}
	year, month, _ := today.Date()
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	quarter := time.Date(year, month-(month-1)%3, 1, 0, 0, 0, 0, time.UTC)
	january := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	sunday := today.AddDate(0, 0, -int(today.Weekday()))
	monday := today.AddDate(0, 0, -int(today.Weekday()+6)%7)
	switch name {
	case "today":
		return span(today, today)
	case "yesterday":
		return span(today.AddDate(0, 0, -1), today.AddDate(0, 0, -1))
	case "this_month":
		return span(first, today)
	case "last_month":
		return span(first.AddDate(0, -1, 0), first.AddDate(0, 0, -1))
	case "this_quarter":
		return span(quarter, today)
	case "last_quarter":
		return span(quarter.AddDate(0, -3, 0), quarter.AddDate(0, 0, -1))
	case "this_year":
		return span(january, today)
	case "last_year":
		return span(january.AddDate(-1, 0, 0), january.AddDate(0, 0, -1))
	case "this_week_mon_today":
		return span(monday, today)
	case "this_week_sun_today":
		return span(sunday, today)
	case "last_week_mon_sun":
		return span(monday.AddDate(0, 0, -7), monday.AddDate(0, 0, -1))
	case "last_week_sun_sat":
		return span(sunday.AddDate(0, 0, -7), sunday.AddDate(0, 0, -1))
	case "maximum", "data_maximum":
		return span(today.AddDate(0, -reachBack, 0), today)
	}
	return days{}, false
}

func (r *report) asked() url.Values {
	last := r.ranges[len(r.ranges)-1]
	return url.Values{"since": {printed(r.ranges[0].from)}, "until": {printed(last.to)}}
}

// periods splits the ranges into one period per row. Single days are not split; rows are
// daily anyway.
func (r *report) periods() (all []days) {
	for _, span := range r.ranges {
		for from := span.from; from <= span.to; {
			to := span.to
			switch {
			case r.increment == monthly:
				y, m, _ := timeOf(from).Date()
				to = min(to, dateOf(time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)))
			case r.increment > 0:
				to = min(to, from+advertiser.Date(r.increment)-1)
			}
			all = append(all, days{from, to})
			from = to + 1
		}
	}
	return all
}
