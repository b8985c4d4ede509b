package analytics

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"adtally"
)

// Folder is a data set as plain CSV files, with which definitions and this layer are
// checked: accounts, campaigns, spend, customers, orders, refunds, budgets, rates_ecb,
// reach_campaign_month, coverage and settings.json.
type Folder struct {
	Settings Settings
	Rows     map[string][][]any // by table; in the order of its columns, nil = NULL
}

// records are the lines of a CSV file by the names in its header.
type records []map[string]string

// LoadFolder reads a folder. A missing file has no rows.
func LoadFolder(dir fs.FS) (*Folder, error) {
	f := &Folder{Settings: DefaultSettings(), Rows: map[string][][]any{}}
	files := map[string]records{}
	for _, name := range []string{"accounts", "campaigns", "spend", "customers", "orders", "refunds", "budgets", "rates_ecb", "reach_campaign_month", "coverage"} {
		all, err := readCSV(dir, name+".csv")
		if err != nil {
			return nil, err
		}
		files[name] = all
	}
	text, err := fs.ReadFile(dir, "settings.json")
	if err == nil {
		err = json.Unmarshal(text, &f.Settings)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read settings.json: %w", err)
	}
	for _, fill := range []func(map[string]records) error{f.spend, f.shop, f.matches, f.rates, f.small} {
		if err := fill(files); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func readCSV(dir fs.FS, name string) (all records, err error) {
	file, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	for err == nil {
		var line []string
		if line, err = r.Read(); err == nil {
			record := map[string]string{}
			for i, v := range line {
				if i < len(header) {
					record[header[i]] = v
				}
			}
			all = append(all, record)
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return all, nil
}

// orNull returns a value, or nil if it is empty.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func pick(r map[string]string, columns ...string) []any {
	out := make([]any, len(columns))
	for i, c := range columns {
		out[i] = orNull(r[c])
	}
	return out
}

func (f *Folder) add(name string, row ...any) { f.Rows[name] = append(f.Rows[name], row) }

func (f *Folder) spend(files map[string]records) error {
	for _, r := range files["spend"] {
		f.add("marketing_spend", append(pick(r, "date", "channel", "source", "account_id", "campaign_id", "campaign_name", "currency", "spend", "impressions", "clicks", "link_clicks", "platform_conversions", "platform_value", "reach"), false)...)
	}
	for _, r := range files["accounts"] {
		f.add("accounts", pick(r, "account_id", "channel", "source", "account_name", "currency", "time_zone")...)
	}
	return nil
}

// shop fills customers, orders and refunds.
func (f *Folder) shop(files map[string]records) error {
	for _, r := range files["customers"] {
		f.add("customers", append(pick(r, "customer_id", "acquired_at", "country"), TouchID(touchOf(r)), "folder")...)
	}
	first := map[string]string{}
	for _, r := range files["orders"] {
		if id := r["customer_id"]; id != "" && (first[id] == "" || r["ordered_at"] < first[id]) {
			first[id] = r["ordered_at"]
		}
	}
	for _, r := range files["orders"] {
		isFirst := r["customer_id"] != "" && first[r["customer_id"]] == r["ordered_at"]
		f.add("orders", append(pick(r, "order_id", "customer_id", "ordered_at", "amount", "currency", "status"), isFirst, TouchID(touchOf(r)), "folder")...)
	}
	for _, r := range files["refunds"] {
		f.add("refunds", append(pick(r, "refund_id", "order_id", "refunded_at", "amount"), "folder")...)
	}
	return nil
}

func touchOf(r map[string]string) Touch {
	return Touch{Source: r["utm_source"], Medium: r["utm_medium"], Campaign: r["utm_campaign"], CampaignID: r["campaign_id"]}
}

// matches fills campaigns, with those that only spend names, and campaign_match.
func (f *Folder) matches(files map[string]records) error {
	channel := map[string]map[string]string{}
	for _, r := range files["accounts"] {
		channel[r["account_id"]] = r
	}
	all, current := map[string]*Campaign{}, map[string]string{}
	see := func(r map[string]string, name string) {
		c := all[r["campaign_id"]]
		if c == nil {
			c = &Campaign{ID: r["campaign_id"], Account: r["account_id"], Channel: channel[r["account_id"]]["channel"]}
			all[c.ID] = c
		}
		if name != "" && !slices.Contains(c.Names, name) {
			c.Names = append(c.Names, name)
		}
	}
	for _, r := range files["campaigns"] {
		see(r, r["campaign_name"])
		current[r["campaign_id"]] = r["campaign_name"]
	}
	for _, r := range files["spend"] {
		see(r, r["campaign_name"])
	}
	var list []Campaign
	for _, id := range slices.Sorted(maps.Keys(all)) {
		c := all[id]
		list = append(list, *c)
		name := current[id]
		f.add("campaigns", id, c.Account, c.Channel, channel[c.Account]["source"], orNull(name), true)
		for _, former := range c.Names {
			if former != name {
				f.add("campaigns", id, c.Account, c.Channel, channel[c.Account]["source"], former, false)
			}
		}
	}
	f.match(NewMatcher(list, nil), files["customers"], files["orders"])
	return nil
}

func (f *Folder) match(m *Matcher, files ...records) {
	seen := map[string]bool{}
	for _, r := range slices.Concat(files...) {
		t := touchOf(r)
		if id := TouchID(t); !seen[id] {
			seen[id] = true
			hit := m.Match(t)
			f.add("campaign_match", id, orNull(hit.Campaign.Channel), orNull(hit.Campaign.Account), orNull(hit.Campaign.ID), hit.By, orNull(t.Source), orNull(t.Medium), orNull(t.Campaign), orNull(t.CampaignID))
		}
	}
}

// rates fills fx_daily from ECB's file: one column per currency, units for one EUR.
func (f *Folder) rates(files map[string]records) error {
	var published []Rate
	for _, r := range files["rates_ecb"] {
		day, err := adtally.ParseDay(r["Date"])
		if err != nil {
			return fmt.Errorf("read rates_ecb.csv: %w", err)
		}
		for currency, value := range r {
			if n, ok := new(big.Rat).SetString(strings.TrimSpace(value)); ok && currency != "Date" && currency != "" {
				published = append(published, Rate{Day: day, Currency: currency, PerEuro: n})
			}
		}
	}
	last := adtally.Day(0)
	for _, r := range published {
		last = max(last, r.Day)
	}
	for r := range DailyRates(published, f.Settings.MaxCarryDays, last+adtally.Day(f.Settings.MaxCarryDays)) {
		f.add("fx_daily", r.Day.String(), r.From, r.To, r.Rate, r.Source.String())
	}
	return nil
}

// small fills budgets, coverage, reach by month and the calendar.
func (f *Folder) small(files map[string]records) error {
	for _, r := range files["budgets"] {
		f.add("budgets", r["account_id"], r["campaign_id"], r["month"], orNull(r["currency"]), orNull(r["amount"]), "folder")
	}
	for _, r := range files["coverage"] {
		f.add("coverage", r["dataset"], r["account_id"], orNull(r["from_date"]), orNull(r["through_date"]), nil)
	}
	for _, r := range files["reach_campaign_month"] {
		f.add("reach_campaign_month", pick(r, "campaign_id", "month", "reach")...)
	}
	first := adtally.DayOf(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	for _, d := range Calendar(first, first+20*366, f.Settings) {
		f.add("day", d.Date.String(), d.ISOWeek, d.Month, d.Quarter, d.FiscalMonth, d.FiscalQuarter)
	}
	return nil
}
